-- Who read or changed what of a person: the objects of this service (libcommon/app/schema/0005_trail.sql).
CREATE INDEX passengers_ever ON passengers (org, person_id);

DO $$
DECLARE
    t text;
    body text := $view$
        SELECT p.org, p.person_id, NULL::uuid AS case_id, p.id, false AS itself FROM passengers AS p
        UNION ALL SELECT p.org, p.person_id, NULL, p.movement_id, false FROM passengers AS p
        UNION ALL SELECT p.org, p.person_id, NULL, b.booking_id, false
          FROM passengers AS p JOIN booking_passengers AS b ON b.org = p.org AND b.passenger_id = p.id
        UNION ALL SELECT p.org, p.person_id, NULL, c.id, false
          FROM passengers AS p JOIN clearances AS c ON c.org = p.org AND c.passenger_id = p.id
    $view$;
BEGIN
    FOREACH t IN ARRAY ARRAY['abns', 'manifests'] LOOP
        body := body || format('UNION ALL SELECT p.org, p.person_id, NULL, t.id, false
                                  FROM passengers AS p JOIN %I AS t ON t.org = p.org AND t.movement_id = p.movement_id ', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['assistance_points', 'escorts'] LOOP -- whom; empty: all
        body := body || format('UNION ALL SELECT p.org, p.person_id, NULL, t.id, false
                                  FROM passengers AS p JOIN %I AS t ON t.org = p.org AND t.movement_id = p.movement_id
                                 WHERE t.passenger_ids = ''{}'' OR p.id = ANY (t.passenger_ids) ', t);
    END LOOP;
    body := body || 'UNION ALL SELECT p.org, p.person_id, NULL, i.id, false
                       FROM passengers AS p JOIN incidents AS i ON i.org = p.org AND i.movement_id = p.movement_id
                      WHERE i.passenger_id IS NULL OR i.passenger_id = p.id';
    EXECUTE 'CREATE OR REPLACE VIEW wf.trail_objects WITH (security_invoker = true) AS ' || body;
END
$$;
