SELECT DISTINCT case_id || ' case message-of-case ' || case_id FROM messages
 WHERE case_id IS NOT NULL AND status IN ('scheduled', 'queued', 'tempFailed') AND basis_kind IN ('appointment', 'document', 'task', 'case')
