-- What a second factor and the rank test say of a session, and how many members of a basket went its way.
alter table moves add column rank_p_value double;
alter table moves add column sector varchar;
alter table moves add column sector_beta double;
alter table moves add column sector_abnormal_return double;
alter table moves add column sector_z double;
alter table moves add column sector_p_value double;
alter table moves add column sector_rank_p_value double;
alter table moves add column scope varchar;
alter table moves add column members bigint;
alter table moves add column breadth double;
