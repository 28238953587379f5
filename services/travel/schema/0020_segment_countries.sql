-- The country of a place that is no known airport, as it was given: a change there is judged as a transit of it.

ALTER TABLE segments ADD COLUMN from_country text, ADD COLUMN to_country text;
GRANT UPDATE (from_country, to_country) ON segments TO {{service}}, {{worker}};

CREATE OR REPLACE VIEW segments_shown WITH (security_invoker) AS
SELECT s.id, s.movement_id, s.position, s.mode, s.carrier, s.number,
       jsonb_build_object('kind', s.from_kind, 'place', s.from_place, 'country', coalesce((SELECT a.country FROM airports a WHERE a.code = s.from_place
                                                                                             AND s.from_kind = 'airport'), s.from_country)) AS "from",
       jsonb_build_object('kind', s.to_kind, 'place', s.to_place, 'country', coalesce((SELECT a.country FROM airports a WHERE a.code = s.to_place
                                                                                         AND s.to_kind = 'airport'), s.to_country)) AS "to",
       s.departs_at, s.departure_zone, s.arrives_at, s.arrival_zone,
       to_char(s.departs_at AT TIME ZONE s.departure_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS departs_local,
       to_char(s.arrives_at AT TIME ZONE s.arrival_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS arrives_local,
       (s.arrives_at AT TIME ZONE s.arrival_zone)::date - (s.departs_at AT TIME ZONE s.departure_zone)::date AS arrives_day_offset,
       coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', w.pointer, 'code', w.code) ORDER BY w.pointer)
                   FROM (SELECT p.pointer || CASE WHEN a.code IS NULL THEN '/place' ELSE '' END AS pointer,
                                CASE WHEN a.code IS NULL THEN 'airport.unknown' ELSE 'zone.differs' END AS code
                           FROM (VALUES ('/from', s.from_kind, s.from_place, s.departure_zone), ('/to', s.to_kind, s.to_place, s.arrival_zone))
                                AS p (pointer, kind, place, zone)
                           LEFT JOIN airports a ON a.code = p.place
                          WHERE p.kind = 'airport' AND (a.code IS NULL OR a.zone <> p.zone)) AS w), '[]'::jsonb) AS warnings,
       s.status, s.version, s.created_at, s.updated_at,
       CASE WHEN s.status = 'planned' AND sec.has('segments:write') AND m.status IN ('draft', 'ready', 'abnSent', 'abnAcknowledged', 'clearedToBoard')
                THEN '["patch", "reschedule", "remove"]'::jsonb
            WHEN s.status = 'planned' AND sec.has('segments:write') AND m.status IN ('departed', 'inTransit') THEN '["reschedule"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM segments s JOIN movements m ON m.org = s.org AND m.id = s.movement_id;
