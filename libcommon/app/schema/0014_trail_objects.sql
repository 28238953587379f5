-- Who read or changed what of a person (0005), asked in two steps: first which objects are the person's, each table by an index of its own,
-- then the trail by these ids. One statement over a view of some forty tables took a second to plan, on every connection anew, and read the
-- whole window. The view stands for programs of the release before.
--
-- A service puts a function of its own in this one's place. It runs with the reader's rights, so that what was done with an object is told to
-- those who may see the object. An object is of a person, or of whoever is the principal of one of the cases. `itself` marks the person's own
-- row: what was done with that may have been for a case that is hidden from the reader (app/queries.sql: q_trail_page).
CREATE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool) LANGUAGE sql STABLE AS $$
    SELECT NULL::uuid, false WHERE false
$$;

-- The ids that the transaction asks the trail for (q_trail_objects): a policy that shows rows of other organisations shows no others.
CREATE FUNCTION sec.asked() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('wf.asked', true), '')::uuid[], '{}');

-- What a list showed is in none of the indexes of objects: lists are found by their time, among themselves.
CREATE INDEX audit_lists ON wf.audit (at) WHERE object IS NULL;
