-- What happened to what an organisation sees.

-- q_change_add{id uuid, org text, owner_org text, kind text, subject uuid, external_ref text?, change text, merged_into uuid?, delete_by date?, now timestamptz} -> exactly 1
INSERT INTO partner_changes (id, org, owner_org, kind, subject, external_ref, change, merged_into, delete_by, at)
VALUES ($id, $org, $owner_org, $kind, $subject, $external_ref, $change, $merged_into, $delete_by, $now);

-- q_changes_prune(subject uuid, before timestamptz) -> any
DELETE FROM partner_changes WHERE owner_org = sec.org() AND subject = $subject AND at < $before;

-- Where reading may go up to: below it everything is decided, so that nothing late is skipped.
-- q_changes_horizon() -> one changes_horizon(below int8, ahead int8, generation int8)
SELECT pg_snapshot_xmin(s)::text::int8 AS below, pg_snapshot_xmax(s)::text::int8 AS ahead,
       coalesce((SELECT max(r.generation) FROM wf.restored AS r), 0) AS generation
  FROM pg_current_snapshot() AS s;

-- Rows from a position on, all below the horizon of this very statement's snapshot.
-- q_changes_after{xid text, id uuid, since timestamptz, limit_ int4} -> many change_row(id uuid, type text, external_ref text?, change text, at timestamptz, merged_into uuid?, delete_by date?, row_id_ uuid, xid_ int8)        lane: own
SELECT subject AS id, kind AS type, external_ref, change, at, merged_into, delete_by, id AS row_id_, changed_xid::text::int8 AS xid_
  FROM partner_changes
 WHERE org = sec.org() AND (changed_xid, id) > ($xid::xid8, $id) AND changed_xid < pg_snapshot_xmin(pg_current_snapshot()) AND at > $since
 ORDER BY changed_xid, partner_changes.id LIMIT $limit_;
