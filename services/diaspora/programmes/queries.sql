-- Statements of the programmes: countries that close in the middle of one.

-- q_closure_periods(programme text, country text) -> many closure_period(from_on date, until_on date?)
SELECT from_on, until_on FROM country_closures
 WHERE org = sec.org() AND programme = $programme AND country = $country ORDER BY from_on LIMIT 100;

-- q_closure_get(id uuid) -> one closure_row(id uuid, programme text, country text, from_on date, until_on date?, reason text, version int4,
--   created_by text, created_at timestamptz, updated_at timestamptz)
SELECT id, programme, country, from_on, until_on, reason, version, created_by, created_at, updated_at
  FROM country_closures WHERE id = $id;

-- q_closure_list{programme text, country text?} -> list closure_row
SELECT id, programme, country, from_on, until_on, reason, version, created_by, created_at, updated_at
  FROM country_closures WHERE org = sec.org() AND programme = $programme
--? country AND country = $country
--sort -createdAt created_at timestamptz
;

-- q_closure_lock(id uuid) -> one closure_locked(programme text, country text, from_on date, until_on date?, version int4)     lane: own
SELECT programme, country, from_on, until_on, version FROM country_closures WHERE id = $id FOR UPDATE;

-- q_closure_add{id uuid, programme text, country text, from_on date, until_on date?, reason text, by text, now timestamptz} -> exactly 1
INSERT INTO country_closures (id, org, programme, country, from_on, until_on, reason, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $country, $from_on, $until_on, $reason, $by, $now, $now);

-- q_closure_end(id uuid, until_on date?, now timestamptz) -> exactly 1
UPDATE country_closures SET until_on = $until_on, version = version + 1, updated_at = $now WHERE id = $id;
