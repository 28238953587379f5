-- What this database holds on a person (libcommon/app/schema/0006): that there were messages. Their address and content are not stored.

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT 'message.sending', 'message', m.id FROM messages m WHERE (m.person_id = person OR m.case_id = ANY (own)) AND m.status = 'sending'
$$;

SELECT wf.subject_table('messages', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'topic class status send_at sent_at channel language created_at',
    also => 't.person_id = $1 OR (t.case_id = ANY ($2) AND t.user_id IS NULL AND t.sensitivity = '''')');
SELECT wf.subject_table('message_attempts', 'delete', 't.message_id IN (SELECT m.id FROM messages m WHERE m.person_id = $1 OR m.case_id = ANY ($2))');
SELECT wf.subject_table('message_due', 'delete', 't.message_id IN (SELECT m.id FROM messages m WHERE m.person_id = $1 OR m.case_id = ANY ($2))');
SELECT wf.subject_table('suppressions', 'keep', why => 'a keyed hash of an address, which names nobody, so that nobody writes to it again');
SELECT wf.subject_table('inbox_items', 'delete', 't.case_id = ANY ($2) OR t.message_id IN (SELECT m.id FROM messages m WHERE m.person_id = $1 OR m.case_id = ANY ($2))');
SELECT wf.subject_table('preferences', 'none', why => 'of staff');
SELECT wf.subject_table('subscriptions', 'none', why => 'of partners');
SELECT wf.subject_table('deliveries', 'keep', 't.subject = ANY ($2)', why => 'what a partner was told: identifiers and types only');
SELECT wf.subject_table('delivery_attempts', 'none');
SELECT wf.subject_table('delivery_due', 'none');
SELECT wf.subject_table('wf.due', 'none');
