-- What this database holds on a person (libcommon/app/schema/0006): nothing. It knows staff and programs, not those who are helped.

SELECT wf.subject_table('organisations', 'none');
SELECT wf.subject_table('offices', 'none');
SELECT wf.subject_table('clients', 'none', why => 'programs of organisations');
SELECT wf.subject_table('client_secrets', 'none');
SELECT wf.subject_table('client_keys', 'none');
SELECT wf.subject_table('client_assertions', 'none');
SELECT wf.subject_table('users', 'none', why => 'staff: their accounts are disabled by who administers the organisation');
SELECT wf.subject_table('revocations', 'none', why => 'of staff and programs');
SELECT wf.subject_table('wf.due', 'none');
