-- What rows are compared with, cut out of the scope once for each statement. Services send it as "programmes  offices  others", two spaces between
-- (libcommon/web/auth_claims.c); programs of the release before, and contexts that are set by hand, as words in any order.
CREATE FUNCTION sec.words(prefix text) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(substr(w, length(prefix) + 1)), '{}')
              FROM unnest(string_to_array(sec.scope(), ' ')) AS w WHERE starts_with(w, prefix));
END
$$;
CREATE OR REPLACE FUNCTION sec.programmes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN strpos(sec.scope(), '  ') > 0
                THEN string_to_array(substr(replace(' ' || split_part(sec.scope(), '  ', 1), ' programme:', ' '), 2), ' ')
                ELSE sec.words('programme:') END;
CREATE OR REPLACE FUNCTION sec.offices() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN strpos(sec.scope(), '  ') > 0
                THEN string_to_array(substr(replace(' ' || split_part(sec.scope(), '  ', 2), ' office:', ' '), 2), ' ')
                ELSE sec.words('office:') END;
-- Looking for a word costs a tenth of taking the scope apart.
CREATE OR REPLACE FUNCTION sec.has(scope text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(strpos(' ' || sec.scope() || ' ', ' ' || scope || ' ') > 0, false);

-- Policies that compared each row's words with all of the scope's compare its columns with these: in a list of fifty that was a sixth of what
-- PostgreSQL did for it. Called once by each service's migrations, behind those that made the policies; later ones are written so.
CREATE FUNCTION sec.compare_words() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    words text := $w$( SELECT string_to_array(sec.scope(), ' '::text) AS string_to_array)$w$;
    p record;
    plain text;
BEGIN
    FOR p IN SELECT o.schemaname, o.tablename, o.policyname, o.qual FROM pg_policies o WHERE strpos(o.qual, words) > 0 LOOP
        plain := replace(p.qual, format($w$('programme:'::text || programme) = ANY (%s::text[])$w$, words), 'programme = ANY ((SELECT sec.programmes())::text[])');
        plain := replace(plain, format($w$string_to_array(('programme:'::text || array_to_string(programmes, ' programme:'::text)), ' '::text) && %s$w$, words),
                         'programmes && (SELECT sec.programmes())');
        plain := replace(plain, format($w$string_to_array(('office:'::text || array_to_string(offices, ' office:'::text)), ' '::text) && %s$w$, words),
                         'offices && (SELECT sec.offices())');
        EXECUTE format('ALTER POLICY %I ON %I.%I USING (%s)', p.policyname, p.schemaname, p.tablename, plain);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION sec.compare_words() FROM PUBLIC;
