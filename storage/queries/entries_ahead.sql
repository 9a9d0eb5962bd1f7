-- Which entries were dated ahead of our clock when their feed was last read?
select *
from entries
where lane = 'future'
order by id;
