-- Members, team and references stand on the case as it is shown. Reading them beside it was half of what showing a case cost: each brought its
-- own policies, that of members the case's once more, and a plan is made ready whether or not there is anything to find. Whoever reads the
-- case may read them: their policies ask for the organisation, and of a member whether the case is seen.
ALTER TABLE cases ADD COLUMN shown_members jsonb NOT NULL DEFAULT '[]', ADD COLUMN shown_team text[] NOT NULL DEFAULT '{}',
    ADD COLUMN shown_refs jsonb NOT NULL DEFAULT '[]';
GRANT UPDATE (shown_members, shown_team, shown_refs) ON cases TO {{service}}, {{worker}};

CREATE FUNCTION case_member(person uuid, role text, relation text, dependant bool) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('personId', person, 'role', role, 'relation', relation, 'dependant', dependant);
CREATE FUNCTION case_members(o text, c uuid) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_agg(case_member(p.person_id, p.role, p.relation, p.dependant) ORDER BY p.role DESC, p.joined_at, p.id), '[]')
              FROM case_persons p WHERE p.org = o AND p.case_id = c AND p.left_at IS NULL);
CREATE FUNCTION case_team_shown(o text, c uuid) RETURNS text[] LANGUAGE sql STABLE
    RETURN (SELECT coalesce(array_agg(t.user_id ORDER BY t.user_id), '{}') FROM case_team t WHERE t.org = o AND t.case_id = c);
CREATE FUNCTION case_refs(o text, c uuid) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', r.organisation, 'value', r.value) ORDER BY r.organisation, r.value), '[]')
              FROM external_refs r WHERE r.org = o AND r.subject = c AND r.kind = 'case');

-- As the house looks (0075): who is taken into the team of a secret case does not see it before. The lock first: what another transaction adds
-- to the same case is committed when the rows are read. Of each part only what has changed: the team of a case that is being opened is there
-- before its principal.
CREATE FUNCTION case_shown(o text, c uuid, part text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    scope text := coalesce(current_setting('wf.scope', true), '');
BEGIN
    PERFORM set_config('wf.scope', 'internal', true); -- an error takes it back
    PERFORM FROM cases WHERE org = o AND id = c FOR UPDATE;
    UPDATE cases SET shown_members = CASE part WHEN 'members' THEN case_members(o, c) ELSE shown_members END,
                     shown_team = CASE part WHEN 'team' THEN case_team_shown(o, c) ELSE shown_team END,
                     shown_refs = CASE part WHEN 'refs' THEN case_refs(o, c) ELSE shown_refs END
     WHERE org = o AND id = c;
    PERFORM set_config('wf.scope', scope, true);
END
$$;
CREATE FUNCTION case_part_shown() RETURNS trigger LANGUAGE plpgsql AS $$ -- of what part, and the column that names the case
DECLARE
    touched jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
    PERFORM case_shown(touched ->> 'org', (touched ->> TG_ARGV[1])::uuid, TG_ARGV[0]);
    RETURN NULL;
END
$$;

-- A case is opened with its principal, who is written on it at once.
CREATE OR REPLACE FUNCTION cases_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('wf.made', NEW.id::text, true);
    NEW.shown_members := jsonb_build_array(case_member(NEW.principal_id, 'principal', NULL, false));
    RETURN NEW;
END
$$;
CREATE TRIGGER case_persons_joined AFTER INSERT ON case_persons FOR EACH ROW
    WHEN (NOT (NEW.role = 'principal' AND NEW.relation IS NULL AND NOT NEW.dependant AND NEW.case_id::text IS NOT DISTINCT FROM current_setting('wf.made', true)))
    EXECUTE FUNCTION case_part_shown('members', 'case_id');
CREATE TRIGGER case_persons_changed AFTER UPDATE OR DELETE ON case_persons FOR EACH ROW EXECUTE FUNCTION case_part_shown('members', 'case_id');
CREATE TRIGGER case_team_changed AFTER INSERT OR UPDATE OR DELETE ON case_team FOR EACH ROW EXECUTE FUNCTION case_part_shown('team', 'case_id');
CREATE TRIGGER external_refs_added AFTER INSERT OR UPDATE ON external_refs FOR EACH ROW WHEN (NEW.kind = 'case') EXECUTE FUNCTION case_part_shown('refs', 'subject');
CREATE TRIGGER external_refs_dropped AFTER DELETE ON external_refs FOR EACH ROW WHEN (OLD.kind = 'case') EXECUTE FUNCTION case_part_shown('refs', 'subject');

ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE case_persons NO FORCE ROW LEVEL SECURITY;
ALTER TABLE case_team NO FORCE ROW LEVEL SECURITY;
ALTER TABLE external_refs NO FORCE ROW LEVEL SECURITY;
UPDATE cases SET shown_members = case_members(org, id), shown_team = case_team_shown(org, id), shown_refs = case_refs(org, id);
ALTER TABLE external_refs FORCE ROW LEVEL SECURITY;
ALTER TABLE case_team FORCE ROW LEVEL SECURITY;
ALTER TABLE case_persons FORCE ROW LEVEL SECURITY;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;

UPDATE wf.subject_tables SET clears = clears || '{"shown_members": "''[]''", "shown_team": "''{}''", "shown_refs": "''[]''"}' WHERE tbl = 'cases';
