-- Statements of matches. What is read of an expert is what is judged, and the sealed residence for the right to stay.

-- q_match_candidates(programme text, uris text[]) -> many match_candidate(id uuid, languages jsonb, competences jsonb, windows jsonb,
--   sealed bytea?, verified bool)
SELECT e.id, e.languages,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('uri', c.uri, 'evidence', c.evidence)), '[]')
          FROM expert_competences c WHERE c.org = e.org AND c.expert_id = e.id AND c.ended_at IS NULL) AS competences,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'startsOn', w.starts_on, 'endsOn', w.ends_on)), '[]')
          FROM expert_windows w WHERE w.org = e.org AND w.expert_id = e.id AND w.ended_at IS NULL) AS windows,
       r.sealed, r.verified_by IS NOT NULL AS verified
  FROM experts e LEFT JOIN expert_residences r ON r.org = e.org AND r.expert_id = e.id
 WHERE e.org = sec.org() AND e.status = 'active' AND e.restricted_at IS NULL AND $programme = ANY (e.programmes)
   AND e.id IN (SELECT c.expert_id FROM expert_competences c WHERE c.org = sec.org() AND c.uri = ANY ($uris) AND c.ended_at IS NULL)
 ORDER BY e.updated_at DESC, e.id LIMIT 200;

-- q_match_candidate(expert_id uuid) -> one match_candidate
SELECT e.id, e.languages,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('uri', c.uri, 'evidence', c.evidence)), '[]')
          FROM expert_competences c WHERE c.org = e.org AND c.expert_id = e.id AND c.ended_at IS NULL) AS competences,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'startsOn', w.starts_on, 'endsOn', w.ends_on)), '[]')
          FROM expert_windows w WHERE w.org = e.org AND w.expert_id = e.id AND w.ended_at IS NULL) AS windows,
       r.sealed, r.verified_by IS NOT NULL AS verified
  FROM experts e LEFT JOIN expert_residences r ON r.org = e.org AND r.expert_id = e.id
 WHERE e.id = $expert_id;

-- q_match_add{id uuid, programme text, tor_id uuid, tor_version int4, expert_id uuid, weights int4, score int4, hard_filters jsonb,
--   reasons jsonb, decision text, reason text, by text, now timestamptz} -> exactly 1
INSERT INTO matches (id, org, programme, tor_id, tor_version, expert_id, weights, score, hard_filters, reasons, decision, reason, decided_by,
                     decided_at)
VALUES ($id, sec.org(), $programme, $tor_id, $tor_version, $expert_id, $weights, $score, $hard_filters, $reasons, $decision, $reason, $by,
        $now);

-- q_match_get(id uuid) -> one match_row(id uuid, tor_id uuid, tor_version int4, expert_id uuid, weights_version int4, score int4,
--   hard_filters jsonb, reasons jsonb, decision text, reason text, decided_by text, decided_at timestamptz)
SELECT id, tor_id, tor_version, expert_id, weights AS weights_version, score, hard_filters, reasons, decision, reason, decided_by, decided_at
  FROM matches WHERE id = $id;

-- q_match_list{tor_id uuid, expert_id uuid?, decision text?} -> list match_row
SELECT id, tor_id, tor_version, expert_id, weights AS weights_version, score, hard_filters, reasons, decision, reason, decided_by, decided_at
  FROM matches WHERE org = sec.org() AND tor_id = $tor_id
--? expertId AND expert_id = $expert_id
--? decision AND decision = $decision
--sort -decidedAt decided_at timestamptz
;
