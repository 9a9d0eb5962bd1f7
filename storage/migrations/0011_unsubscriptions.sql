-- Readers who want no more mails in a language.
create table unsubscriptions (
    recipient varchar not null,
    lang varchar not null,
    "at" timestamptz not null,
    primary key (recipient, lang)
);
