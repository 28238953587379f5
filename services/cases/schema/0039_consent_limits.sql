-- A share that rests on a consent goes as far as the consent: its recipients, its categories of data, its last day. Who writes a share is
-- told so in words before (shares/rules.h); here nothing else can be written, and what is over is shown to nobody, however late the worker is.

-- The fields of a share that categories of a consent cover. The reference names nobody and says nothing.
CREATE FUNCTION share_fields(categories text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT f.field
                   FROM (VALUES ('reference', '{}'::text[]), ('accepted', '{plan}'), ('status', '{plan}'), ('cancelled', '{plan}'),
                                ('plannedDepartureDate', '{travel}'), ('departed', '{travel}'), ('profile', '{education,work}'),
                                ('trainings', '{education}'), ('attendance', '{education}'), ('credentialEvaluations', '{education}'),
                                ('coachingNotes', '{work}')) AS f (field, needs)
                  WHERE f.needs <@ categories);

-- The last day of a share on a consent: that on which the consent expires.
CREATE FUNCTION consent_last_on(expires_at timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (expires_at AT TIME ZONE 'Europe/Amsterdam')::date;

-- Shares of an earlier time are narrowed to their consent; one of which nothing is left ends as its last day is over.
ALTER TABLE shares NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.due NO FORCE ROW LEVEL SECURITY;
WITH narrowed AS (
    SELECT s.id, s.org, ARRAY(SELECT unnest(s.fields) INTERSECT SELECT unnest(share_fields(c.categories)) ORDER BY 1) AS fields,
           least(s.until_on, consent_last_on(c.expires_at)) AS until_on
      FROM shares s JOIN consents c ON c.org = s.org AND c.id = s.consent_id WHERE s.status = 'active'
), over AS (
    INSERT INTO wf.due (kind, key, org, due_at, data)
    SELECT 'shareExpiry', n.id, n.org, '-infinity', jsonb_build_object('shareId', n.id) FROM narrowed n WHERE n.fields = '{}'
        ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at
)
UPDATE shares s
   SET fields = CASE WHEN n.fields = '{}' THEN s.fields ELSE n.fields END,
       until_on = CASE WHEN n.fields = '{}' THEN '2000-01-01' ELSE n.until_on END, version = s.version + 1
  FROM narrowed n WHERE n.id = s.id AND (n.fields, n.until_on) IS DISTINCT FROM (s.fields, s.until_on);
ALTER TABLE shares FORCE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.due FORCE ROW LEVEL SECURITY;

-- What has ended may still be written of; the recipient, who does not see the consent, can only give the share up.
DO $$
DECLARE
    covered text := $policy$
        org <> (SELECT sec.org()) OR consent_id IS NULL OR status <> 'active' OR until_on < (now() AT TIME ZONE 'Europe/Amsterdam')::date
        OR EXISTS (SELECT 1 FROM consents c
                    WHERE c.org = shares.org AND c.id = shares.consent_id AND c.withdrawn_at IS NULL AND shares.to_org = ANY (c.recipients)
                      AND shares.fields <@ share_fields(c.categories)
                      AND (c.expires_at IS NULL OR shares.until_on <= consent_last_on(c.expires_at)))
    $policy$;
BEGIN
    EXECUTE 'CREATE POLICY consent_adds ON shares AS RESTRICTIVE FOR INSERT TO {{service}}, {{worker}} WITH CHECK (' || covered || ')';
    EXECUTE 'CREATE POLICY consent_changes ON shares AS RESTRICTIVE FOR UPDATE TO {{service}}, {{worker}} WITH CHECK (' || covered || ')';
END
$$;

-- A view is shown while its share is active and its last day is not over.
CREATE POLICY shared_now ON partner_views AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    owner_org = (SELECT sec.org())
    OR EXISTS (SELECT 1 FROM shares s
                WHERE s.org = owner_org AND s.id = share_id AND s.status = 'active'
                  AND (s.until_on IS NULL OR s.until_on >= (now() AT TIME ZONE 'Europe/Amsterdam')::date)));

-- The feed says by when copies of what was recalled must be gone.
ALTER TABLE partner_changes ADD COLUMN delete_by date;
