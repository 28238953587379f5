-- Statements of tasks.

-- q_task_facts(case_id uuid) -> many task_fact(kind text, due_on date, status text)
SELECT kind, due_on, status FROM tasks WHERE case_id = $case_id AND status = 'open' ORDER BY due_on LIMIT 200;
