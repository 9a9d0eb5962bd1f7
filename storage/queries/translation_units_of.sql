-- Which sentences of $keys are translated already?
select *
from translation_units
where list_contains($keys, key)
order by key;
