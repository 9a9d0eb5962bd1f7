-- What articles say of tokens that borrow a name.
create table look_alikes (
    article_id varchar not null,
    version bigint not null,
    field varchar not null,
    start bigint not null,
    "end" bigint not null,
    kind varchar not null,
    brand varchar not null,
    name varchar not null,
    surface varchar not null,
    reason varchar not null,
    number double,
    unit varchar not null,
    qualifier varchar not null,
    sentence varchar not null,
    method varchar not null,
    primary key (article_id, version, field, start, kind, method)
);
