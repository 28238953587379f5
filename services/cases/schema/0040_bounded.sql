-- Lists without pages (libcommon/app/schema/0007_bounded.sql).
SELECT wf.bound('contact_points', 'person_id', 20, 'ended_at IS NULL');
SELECT wf.bound('residence_statuses', 'person_id', 100);
SELECT wf.bound('stays', 'person_id', 100);
SELECT wf.bound('deadlines', 'case_id', 200);
SELECT wf.bound('note_versions', 'note_id', 200);
SELECT wf.bound('profile_claim_versions', 'claim_id', 200);
