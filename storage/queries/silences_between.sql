-- Which stories that many told of an instrument moved nothing from $start_on to $end_on, by the method in force?
select s.*
from silences s
join methods m on m.stage = 'link' and m.method = s.method
where s.session_on between $start_on and $end_on
order by s.session_on, s.publishers desc, s.story_id, s.symbol;
