-- What was uploaded for a document. Its bytes lie outside the database, sealed (libcommon/app/envelope.h), as an object of the store
-- (libcommon/io/store.h). The two are kept in step by a row for every object, which is there before the object is and after it:
--
--   (none) ── committed ──► writing ── with the content's row ──► live ── the content's row goes ──► doomed ── removed ──► (none)
--                              └──────────────────────── abandoned ─────────────────────────────────────▲
--
-- So a program that dies anywhere leaves the old content or the new one, whole, and nothing that the worker does not remove.

CREATE TABLE stored_objects (
    object  uuid        PRIMARY KEY,                -- random: its name in the store
    org     text        NOT NULL,
    state   text        NOT NULL DEFAULT 'writing' CHECK (state IN ('writing', 'live', 'doomed')),
    since   timestamptz NOT NULL DEFAULT now(),     -- the database's clock: several programs compare with it
    UNIQUE (org, object)
);
CREATE INDEX stored_objects_sweep ON stored_objects (state, since) WHERE state <> 'live';
ALTER TABLE stored_objects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (state, since) ON stored_objects TO {{service}}, {{worker}};
GRANT DELETE ON stored_objects TO {{worker}};
CREATE POLICY present ON stored_objects AS RESTRICTIVE TO {{service}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY own ON stored_objects TO {{service}} USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()));
CREATE POLICY sweep ON stored_objects TO {{worker}} USING (true) WITH CHECK (org = (SELECT sec.org()) OR (SELECT sec.org()) IS NULL);

CREATE TABLE document_contents (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    document_id  uuid        NOT NULL,
    object       uuid        NOT NULL UNIQUE,
    type         text        NOT NULL,              -- media type, as sniffed
    bytes        int4        NOT NULL CHECK (bytes > 0),
    sha256       text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    data_key     bytea       NOT NULL,              -- sealed, class document, place document_contents.data_key
    uploaded_by  text        NOT NULL,
    uploaded_at  timestamptz NOT NULL,
    UNIQUE (org, document_id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, document_id) REFERENCES documents (org, id),
    FOREIGN KEY (org, object) REFERENCES stored_objects (org, object)
);
SELECT sec.isolate('document_contents', '', 'DELETE');
CREATE POLICY need_to_know ON document_contents AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Whoever makes or deletes the row of a content (the service, an erasure) says so to the object, in the same transaction.
CREATE FUNCTION content_object() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE stored_objects SET state = 'live', since = now() WHERE org = NEW.org AND object = NEW.object AND state = 'writing';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the object was given up' USING ERRCODE = 'serialization_failure'; -- io/db: try again
        END IF;
    ELSE
        UPDATE stored_objects SET state = 'doomed', since = now() WHERE org = OLD.org AND object = OLD.object;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER object AFTER INSERT OR DELETE ON document_contents FOR EACH ROW EXECUTE FUNCTION content_object();

CREATE OR REPLACE VIEW documents_shown WITH (security_invoker) AS
SELECT id, case_id, person_id, kind, status, required_by, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by,
       rejected_reason, custody, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('documents:write') THEN '[]'::jsonb
            ELSE CASE status WHEN 'needed' THEN '["patch", "request", "receive", "apply"]'::jsonb
                             WHEN 'requested' THEN '["patch", "receive", "apply"]'::jsonb
                             WHEN 'received' THEN '["patch", "verify", "reject", "handOver", "apply"]'::jsonb
                             WHEN 'verified' THEN '["reject", "expire", "handOver", "apply"]'::jsonb
                             WHEN 'rejected' THEN '["patch", "request", "receive", "handOver", "apply"]'::jsonb
                             ELSE '["request", "receive", "handOver", "apply"]'::jsonb END
                 || CASE WHEN status IN ('verified', 'expired') THEN '[]'::jsonb
                         WHEN c.body IS NULL THEN '["putContent"]'::jsonb ELSE '["putContent", "deleteContent"]'::jsonb END
            END AS allowed_actions,
       c.body AS content
  FROM documents d
  LEFT JOIN LATERAL (SELECT jsonb_build_object('type', k.type, 'bytes', k.bytes, 'sha256', k.sha256, 'uploadedAt', rfc3339(k.uploaded_at),
                                               'uploadedBy', k.uploaded_by) AS body
                       FROM document_contents k WHERE k.org = d.org AND k.document_id = d.id) AS c ON true;

SELECT wf.subject_table('document_contents', 'delete', 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1 OR d.case_id = ANY ($2))',
    'document_id type bytes sha256 uploaded_at',
    also => 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1 OR (d.person_id IS NULL AND d.case_id = ANY ($2)))');
SELECT wf.subject_table('stored_objects', 'none');
