-- Processing of an expert's data restricted on request (article 18 GDPR), as of persons in the cases database.
ALTER TABLE experts ADD COLUMN restricted_at timestamptz, ADD COLUMN restriction_reason text;
GRANT UPDATE (restricted_at, restriction_reason) ON experts TO {{service}};
DELETE FROM wf.subject_tables WHERE tbl = 'experts';
SELECT wf.subject_table('experts', 'clear', 't.id = $1',
    'id programmes names birth_date sex residence_country languages contact_points documents status restricted_at restriction_reason created_at',
    clears => '{"names": "''[]''", "birth_date": "NULL", "sex": "''unknown''", "languages": "''[]''", "contact_points": "''[]''", "documents": "''[]''",
                "status": "''inactive''", "restriction_reason": "NULL", "erased": "true", "version": "t.version + 1"}');
