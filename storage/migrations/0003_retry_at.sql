-- Until when a site asked to be left alone (Retry-After), and which site an address is of.
alter table failures add column retry_at timestamptz;

create macro site_of(address) as regexp_extract(address, '^https?://([^/?#]+)', 1);
