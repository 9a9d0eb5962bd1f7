-- What does each article say, in its newest version?
create or replace view documents as
select
    a.id as article_id,
    a.version,
    a.url,
    a.publisher,
    a.title,
    a.lead,
    coalesce(t.text, '') as text,
    a.status,
    a.lang,
    a.lang_score,
    a.published_at,
    a.seen_at
from articles_now a
left join article_texts t on t.text_hash = a.text_hash;
