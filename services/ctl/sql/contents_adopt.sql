-- No row names them: the worker removes them as it does what a content had, when WAYFARE_KEEP_CONTENTS_DAYS have passed.
INSERT INTO stored_objects (object, org, state)
SELECT u, '', 'doomed' FROM unnest(string_to_array('{{ids}}', ',')::uuid[]) AS u
    ON CONFLICT DO NOTHING;
