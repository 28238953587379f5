-- Statements of appointments.

-- q_appointment_facts(case_id uuid) -> many appointment_fact(kind text, status text, starts_at timestamptz)
SELECT kind, status, starts_at FROM appointments WHERE case_id = $case_id ORDER BY starts_at LIMIT 200;
