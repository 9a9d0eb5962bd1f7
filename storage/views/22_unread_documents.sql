-- Which documents has the method in force for each stage not read?
create or replace view unread_documents as
select
    m.stage,
    d.*
from documents d
cross join methods m
where m.stage in ('translate', 'classify', 'find_entities', 'find_claims', 'find_look_alikes', 'group')
    and (d.title <> '' or d.lead <> '' or d.text <> '')
    and not exists (
        select 1
        from readings r
        where r.article_id = d.article_id
            and r.version = d.version
            and r.stage = m.stage
            and r.method = m.method
    );
