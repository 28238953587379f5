-- Who goes on a mission is written to on the way as any traveller is: in a language that they read, where they said it is safe. What is not
-- known gets no automated message. Shapes as of experts.
ALTER TABLE venture_members ADD COLUMN languages jsonb NOT NULL DEFAULT '[]', ADD COLUMN contact_points jsonb NOT NULL DEFAULT '[]';
GRANT UPDATE (email, languages, contact_points) ON venture_members TO {{service}};
DELETE FROM wf.subject_tables WHERE tbl = 'venture_members';
SELECT wf.subject_table('venture_members', 'delete', 't.id = $1',
    'id venture_id kind given family email nationalities origin_country residence_country languages contact_points joined_at left_at');
