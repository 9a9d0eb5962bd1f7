-- Every table holds one model of contrecoup/models.py: the same names, the same order.
-- The columns "at" and "end" are words of SQL and always stand between double quotes.

create table feeds (
    url varchar not null,
    name varchar not null,
    lang varchar,
    expect_per_day double,
    etag varchar,
    last_modified varchar,
    body_hash varchar,
    checked_at timestamptz,
    changed_at timestamptz,
    failure_weight double not null,
    next_check_at timestamptz,
    primary key (url)
);

create table entries (
    id varchar not null,
    feed_url varchar not null,
    guid varchar,
    url varchar not null,
    title varchar not null,
    summary varchar not null,
    author varchar,
    published_raw varchar,
    published_at timestamptz,
    published_precision varchar not null,
    published_confidence double not null,
    lane varchar not null,
    seen_at timestamptz not null,
    primary key (id)
);

create table pages (
    url varchar not null,
    body_hash varchar not null,
    final_url varchar not null,
    status bigint not null,
    content_type varchar not null,
    charset varchar,
    bytes_decoded bigint not null,
    fetched_at timestamptz not null,
    primary key (url, body_hash)
);

create table page_bodies (
    body_hash varchar not null,
    body blob not null,
    primary key (body_hash)
);

create table articles (
    id varchar not null,
    version bigint not null,
    entry_id varchar not null,
    body_hash varchar,
    url varchar not null,
    publisher varchar not null,
    title varchar not null,
    byline varchar,
    lead varchar not null,
    text_hash varchar not null,
    words bigint not null,
    status varchar not null,
    lang varchar not null,
    lang_score double not null,
    lang_why varchar not null,
    published_at timestamptz,
    published_raw varchar,
    published_source varchar not null,
    published_confidence double not null,
    seen_at timestamptz not null,
    method varchar not null,
    primary key (id, version)
);

create table article_texts (
    text_hash varchar not null,
    text varchar not null,
    primary key (text_hash)
);

create table readings (
    article_id varchar not null,
    version bigint not null,
    stage varchar not null,
    method varchar not null,
    found bigint not null,
    "at" timestamptz not null,
    primary key (article_id, version, stage, method)
);

create table methods (
    stage varchar not null,
    method varchar not null,
    since_at timestamptz not null,
    primary key (stage)
);

create table translations (
    article_id varchar not null,
    version bigint not null,
    field varchar not null,
    to_lang varchar not null,
    model varchar not null,
    text varchar not null,
    accepted boolean not null,
    reason varchar not null,
    coverage double not null,
    length_ratio double not null,
    repeats bigint not null,
    numbers_kept boolean not null,
    names_kept boolean not null,
    primary key (article_id, version, field, to_lang, model)
);

create table labels (
    article_id varchar not null,
    version bigint not null,
    scheme varchar not null,
    model varchar not null,
    topic varchar not null,
    probability double not null,
    holds boolean not null,
    why varchar not null,
    primary key (article_id, version, scheme, model, topic)
);

create table mentions (
    article_id varchar not null,
    version bigint not null,
    field varchar not null,
    start bigint not null,
    "end" bigint not null,
    target varchar not null,
    surface varchar not null,
    reason varchar not null,
    layer varchar not null,
    method varchar not null,
    primary key (article_id, version, field, start, target, method)
);

create table claims (
    article_id varchar not null,
    version bigint not null,
    field varchar not null,
    start bigint not null,
    "end" bigint not null,
    symbol varchar,
    direction varchar not null,
    size double not null,
    unit varchar not null,
    qualifier varchar not null,
    period varchar not null,
    session_on date,
    sentence varchar not null,
    method varchar not null,
    primary key (article_id, version, field, start, method)
);

create table checks (
    article_id varchar not null,
    version bigint not null,
    field varchar not null,
    start bigint not null,
    method varchar not null,
    verdict varchar not null,
    measured double,
    basis varchar not null,
    reason varchar not null,
    checked_at timestamptz not null,
    primary key (article_id, version, field, start, method)
);

create table stories (
    id varchar not null,
    title varchar not null,
    lang varchar not null,
    first_at timestamptz not null,
    method varchar not null,
    primary key (id)
);

create table story_articles (
    story_id varchar not null,
    article_id varchar not null,
    version bigint not null,
    likeness double not null,
    reason varchar not null,
    wire_id varchar not null,
    publisher varchar not null,
    lang varchar not null,
    told_at timestamptz not null,
    method varchar not null,
    primary key (article_id, method)
);

create table price_bars (
    symbol varchar not null,
    session_on date not null,
    interval varchar not null,
    provider varchar not null,
    open double,
    high double,
    low double,
    close double,
    adj_close double,
    volume double,
    complete boolean not null,
    fetched_at timestamptz not null,
    primary key (symbol, session_on, interval, provider)
);

create table moves (
    symbol varchar not null,
    session_on date not null,
    method varchar not null,
    verdict varchar not null,
    reason varchar not null,
    simple_return double,
    expected_return double,
    abnormal_return double,
    z double,
    p_value double,
    q_value double,
    car_0_1 double,
    car_m1_1 double,
    alpha double,
    beta double,
    residual_sd double,
    observations bigint not null,
    window_start_on date,
    window_end_on date,
    benchmark varchar,
    volume_z double,
    measured_at timestamptz not null,
    primary key (symbol, session_on, method)
);

create table links (
    symbol varchar not null,
    session_on date not null,
    story_id varchar not null,
    method varchar not null,
    rank bigint not null,
    label varchar not null,
    score double not null,
    directness double not null,
    topic_fit double not null,
    attention double not null,
    timing double not null,
    agreement double not null,
    breadth double not null,
    lag_hours double not null,
    lag_sessions bigint not null,
    rival_story_id varchar,
    reason varchar not null,
    linked_at timestamptz not null,
    primary key (symbol, session_on, story_id, method)
);

create table evidence (
    symbol varchar not null,
    session_on date not null,
    story_id varchar not null,
    method varchar not null,
    article_id varchar not null,
    version bigint not null,
    kind varchar not null,
    quote varchar not null,
    detail varchar not null,
    primary key (symbol, session_on, story_id, method, article_id, version, kind)
);

create table digests (
    edition_on date not null,
    lang varchar not null,
    profile varchar not null,
    since_at timestamptz not null,
    until_at timestamptz not null,
    coverage varchar not null,
    subject varchar not null,
    html varchar not null,
    text varchar not null,
    built_at timestamptz not null,
    primary key (edition_on, lang, profile)
);

create table digest_items (
    edition_on date not null,
    lang varchar not null,
    profile varchar not null,
    section varchar not null,
    position bigint not null,
    key varchar not null,
    title varchar not null,
    primary key (edition_on, lang, profile, section, position)
);

create table deliveries (
    edition_on date not null,
    lang varchar not null,
    profile varchar not null,
    recipient varchar not null,
    state varchar not null,
    message_id varchar not null,
    attempts bigint not null,
    "at" timestamptz not null,
    detail varchar not null,
    primary key (edition_on, lang, profile, recipient)
);

create table failures (
    stage varchar not null,
    key varchar not null,
    "at" timestamptz not null,
    kind varchar not null,
    message varchar not null,
    advice varchar not null,
    cause varchar not null,
    weight double not null,
    primary key (stage, key, "at")
);
