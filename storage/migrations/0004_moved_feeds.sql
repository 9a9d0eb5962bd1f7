-- Where a permanent redirect says that a feed has gone.
alter table feeds add column moved_to varchar;
