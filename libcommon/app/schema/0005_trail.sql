-- Who read or changed what of a person (app/trail.h): every service says which of its objects are of which person.
--
-- A service puts a view of its own in this one's place, in a migration of its own; here it names nothing. It runs with the reader's rights,
-- so that what was done with an object is told to those who may see the object. An object is of a person, or of whoever is the principal of
-- a case (person_id NULL). `itself` marks the person's own row: what was done with that may have been for a case that is hidden from the
-- reader (app/queries.sql: q_trail_page).
CREATE VIEW wf.trail_objects WITH (security_invoker = true) AS
SELECT NULL::text AS org, NULL::uuid AS person_id, NULL::uuid AS case_id, NULL::uuid AS id, false AS itself WHERE false;
GRANT SELECT ON wf.trail_objects TO {{service}};

-- Rows come in the order of their time, nearly: a window is found by it, and next to nothing is paid for it when a row is written.
CREATE INDEX audit_at ON wf.audit USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
