-- Sentences that an engine has translated, so that it is not asked twice.
create table translation_units (
    key varchar not null,
    model varchar not null,
    source varchar not null,
    target varchar not null,
    text varchar not null,
    primary key (key)
);

-- How often the engine was asked for a translation: 2 when the first failed a guard.
alter table translations add column attempts bigint default 1;
alter table translations alter column attempts set not null;
