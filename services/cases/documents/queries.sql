-- Statements of documents.

-- q_document_facts(case_id uuid) -> many document_fact(person_id uuid?, kind text, status text, valid_until date?)
SELECT person_id, kind, status, valid_until FROM documents WHERE case_id = $case_id ORDER BY kind LIMIT 200;
