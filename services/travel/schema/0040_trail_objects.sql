-- Who read or changed what of a person: the objects of this service (libcommon/app/schema/0014_trail_objects.sql), each table asked by itself.
CREATE OR REPLACE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    o text := sec.org();
    who uuid[];
    journeys uuid[];
BEGIN
    SELECT array_agg(p.id), array_agg(p.movement_id) INTO who, journeys FROM passengers AS p WHERE p.org = o AND p.person_id = person;
    IF who IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT w.id, false FROM unnest(who || journeys) AS w (id);
    RETURN QUERY SELECT b.booking_id, false FROM booking_passengers AS b WHERE b.org = o AND b.passenger_id = ANY (who);
    RETURN QUERY SELECT c.id, false FROM clearances AS c WHERE c.org = o AND c.movement_id = ANY (journeys) AND c.passenger_id = ANY (who);
    RETURN QUERY SELECT a.id, false FROM abns AS a WHERE a.org = o AND a.movement_id = ANY (journeys);
    RETURN QUERY SELECT m.id, false FROM manifests AS m WHERE m.org = o AND m.movement_id = ANY (journeys);
    RETURN QUERY SELECT p.id, false FROM assistance_points AS p -- whom; empty: all
                  WHERE p.org = o AND p.movement_id = ANY (journeys) AND (p.passenger_ids = '{}' OR p.passenger_ids && who);
    RETURN QUERY SELECT e.id, false FROM escorts AS e
                  WHERE e.org = o AND e.movement_id = ANY (journeys) AND (e.passenger_ids = '{}' OR e.passenger_ids && who);
    RETURN QUERY SELECT i.id, false FROM incidents AS i
                  WHERE i.org = o AND i.movement_id = ANY (journeys) AND (i.passenger_id IS NULL OR i.passenger_id = ANY (who));
END
$$;
