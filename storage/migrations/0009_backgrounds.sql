-- What has happened, how many speak of the instrument, and how often quiet sessions have a story that fits as well.
alter table links add column base_rate double default 1.0;
alter table links alter column base_rate set not null;
alter table links add column quiet_sessions bigint default 0;
alter table links alter column quiet_sessions set not null;
alter table links add column occasion double default 0.0;
alter table links alter column occasion set not null;
alter table links add column surge double default 0.0;
alter table links alter column surge set not null;

create table backgrounds (
    symbol varchar not null,
    session_on date not null,
    method varchar not null,
    score double not null,
    story_id varchar,
    stories bigint not null,
    primary key (symbol, session_on, method)
);

create table silences (
    symbol varchar not null,
    session_on date not null,
    story_id varchar not null,
    method varchar not null,
    publishers bigint not null,
    primary key (symbol, session_on, story_id, method)
);
