-- The worklist: one paged list over what waits. Row policies decide what the reader sees of each part.

-- q_worklist{kind text?, mine text?, now timestamptz} -> list work_item(id uuid, kind text, case_id uuid?, reference text?, reason text, text text, due_at timestamptz, overdue bool, allowed_actions jsonb)
SELECT id, kind, case_id, reference, reason, text, due_at, due_at <= $now AS overdue, allowed_actions
  FROM (SELECT t.id, 'task' AS kind, t.case_id, c.reference, CASE WHEN t.overdue THEN 'task.overdue' ELSE 'task.open' END AS reason,
               t.title AS text, (t.due_on + 1)::timestamp AT TIME ZONE 'Europe/Amsterdam' AS due_at, t.allowed_actions,
               coalesce(t.assignee, c.caseworker) AS owner
          FROM tasks_shown t LEFT JOIN cases c ON c.id = t.case_id
         WHERE t.status = 'open'
        UNION ALL
        SELECT a.id, 'appointment', a.case_id, c.reference, 'appointment.today', a.kind, a.starts_at, a.allowed_actions, a.staff
          FROM appointments_shown a JOIN cases c ON c.id = a.case_id
         WHERE a.status = 'planned' AND a.starts_at < $now + interval '1 day'
        UNION ALL
        SELECT d.id, 'deadline', d.case_id, c.reference, 'deadline.' || d.kind, d.code,
               (d.due_on + 1)::timestamp AT TIME ZONE 'Europe/Amsterdam', '[]'::jsonb, c.caseworker
          FROM deadlines d JOIN cases c ON c.id = d.case_id
         WHERE d.status = 'open' AND d.due_on < ($now + interval '8 days')::date
        UNION ALL
        SELECT r.id, 'referral', NULL, NULL, 'referral.waiting', r.programme, r.created_at + interval '2 days',
               '["accept", "reject"]'::jsonb, sec.sub()
          FROM referrals r
         WHERE r.to_org = sec.org() AND r.status = 'inProgress' AND sec.has('referrals:decide')
           AND r.programme = ANY (sec.programmes())
        UNION ALL
        SELECT c.id, 'departure', c.id, c.reference, 'departure.soon', c.status,
               c.planned_departure_on::timestamp AT TIME ZONE 'Europe/Amsterdam', '["transition"]'::jsonb, c.caseworker
          FROM cases c
         WHERE c.closed_at IS NULL AND c.status NOT IN ('withdrawn', 'ineligible', 'closed', 'departed', 'arrived', 'reintegration', 'noShow', 'refusedEntry')
           AND c.planned_departure_on BETWEEN $now::date AND ($now + interval '7 days')::date) AS w
 WHERE true
--? kind AND kind = $kind
--? mine AND owner = $mine
--sort dueAt due_at timestamptz
;
