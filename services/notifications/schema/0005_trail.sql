-- Who read or changed what of a person: the messages to it (libcommon/app/schema/0005_trail.sql). One that names a case and nobody goes to
-- the case's principal, whom the cases service knows.
CREATE OR REPLACE VIEW wf.trail_objects WITH (security_invoker = true) AS
SELECT m.org, m.person_id, CASE WHEN m.person_id IS NULL THEN m.case_id END AS case_id, m.id, false AS itself
  FROM messages AS m WHERE m.user_id IS NULL;
