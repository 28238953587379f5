-- Persons and cases as the service would have written them: :rows cases of ten organisations, every tenth iom's. The same each time.
-- Case n is bench.id(1, n), its principal bench.id(2, n); a seventh of each organisation's cases is of another office (so).
SET session_replication_role = replica; -- rows fit each other by their making; no trigger looks
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';

CREATE SCHEMA IF NOT EXISTS bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE OR REPLACE FUNCTION bench.id(kind int8, n int8) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ('01900000-0000-7000-8' || lpad(to_hex(kind), 3, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid;
-- A number below n that follows from i and a salt.
CREATE OR REPLACE FUNCTION bench.pick(i int8, salt int4, n int4) RETURNS int4 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN abs(hashint8(i * 31 + salt)::int8) % n;
CREATE OR REPLACE FUNCTION bench.org(n int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN n % 10 = 0 THEN 'iom' ELSE 'org' || n % 10 END;

-- Secondary indexes come after the rows.
CREATE TEMP TABLE later AS
SELECT i.schemaname, i.indexname, i.indexdef FROM pg_indexes i
 WHERE (i.schemaname || '.' || i.tablename) IN ('public.persons', 'public.person_names', 'public.person_name_keys', 'public.cases',
       'public.case_persons', 'public.documents', 'public.timeline', 'public.deadlines', 'wf.audit')
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = (quote_ident(i.schemaname) || '.' || quote_ident(i.indexname))::regclass);
DO $$ DECLARE l record; BEGIN
    FOR l IN SELECT * FROM later LOOP EXECUTE format('DROP INDEX %I.%I', l.schemaname, l.indexname); END LOOP;
END $$;

CREATE TEMP TABLE pool (script int4, code text, position int4, given text, family text, latin_given text, latin_family text);
INSERT INTO pool
SELECT s.script, s.code, p.i, s.given[p.i], s.family[p.i], s.latin_given[p.i], s.latin_family[p.i]
  FROM (VALUES
    (0, 'Latn', '{Asha,Mariama,José,Nguyễn,Zeynep,Łukasz,Aïssatou,Çağla,Siobhán,Kwame,Fatou,Renée}'::text[],
                '{Warsame,Diallo,Muñoz,Thị,Yılmaz,Wójcik,Ndiaye,Öztürk,Ní Bhriain,Mensah,Sow,Lefèvre}'::text[], '{}'::text[], '{}'::text[]),
    (1, 'Arab', '{محمد,فاطمة,أحمد,زينب,يوسف,مريم,علي,خديجة,حسن,نور,عمر,ليلى}', '{الحسيني,العلي,الخطيب,الأحمد,المصري,الشامي,العبدالله,الجبوري,الحمداني,الزيدي,البكري,النجار}',
                '{Mohammed,Fatima,Ahmed,Zainab,Yousef,Maryam,Ali,Khadija,Hassan,Noor,Omar,Layla}',
                '{"Al Husseini","Al Ali","Al Khatib","Al Ahmad","Al Masri","Al Shami","Al Abdullah","Al Jubouri","Al Hamdani","Al Zaidi","Al Bakri","Al Najjar"}'),
    (2, 'Ethi', '{አበበ,ሰላም,ተስፋዬ,ሄለን,ዮሃንስ,ማርታ,ገብረ,ሳባ,ሙሉጌታ,ትርሐስ,ኪዳነ,ራሄል}', '{በቀለ,ወልደ,ተክለ,ኃይሉ,መኮንን,ገብሩ,አስፋው,ደስታ,ፍስሃ,ምሕረት,ዘርኣይ,ብርሃነ}',
                '{Abebe,Selam,Tesfaye,Helen,Yohannes,Marta,Gebre,Saba,Mulugeta,Tirhas,Kidane,Rahel}',
                '{Bekele,Wolde,Tekle,Hailu,Mekonnen,Gebru,Asfaw,Desta,Fisseha,Mihret,Zeray,Berhane}'),
    (3, 'Cyrl', '{Олена,Іван,Оксана,Дмитро,Наталія,Андрій,Марія,Сергій,Аліна,Максим,Ганна,Тарас}', '{Шевченко,Коваленко,Бондаренко,Ткаченко,Кравчук,Олійник,Поліщук,Савченко,Мельник,Гончар,Литвин,Мороз}',
                '{Olena,Ivan,Oksana,Dmytro,Nataliia,Andrii,Mariia,Serhii,Alina,Maksym,Hanna,Taras}',
                '{Shevchenko,Kovalenko,Bondarenko,Tkachenko,Kravchuk,Oliinyk,Polishchuk,Savchenko,Melnyk,Honchar,Lytvyn,Moroz}'),
    (4, 'Armn', '{Անահիտ,Արամ,Գայանե,Հայկ,Լիլիթ,Նարեկ,Սոնա,Տիգրան,Մարիամ,Դավիթ,Անի,Վահան}', '{Պետրոսյան,Հակոբյան,Սարգսյան,Գրիգորյան,Հարությունյան,Մկրտչյան,Կարապետյան,Ղազարյան,Ավետիսյան,Մանուկյան,Բաղդասարյան,Ստեփանյան}',
                '{Anahit,Aram,Gayane,Hayk,Lilit,Narek,Sona,Tigran,Mariam,Davit,Ani,Vahan}',
                '{Petrosyan,Hakobyan,Sargsyan,Grigoryan,Harutyunyan,Mkrtchyan,Karapetyan,Ghazaryan,Avetisyan,Manukyan,Baghdasaryan,Stepanyan}')
  ) AS s (script, code, given, family, latin_given, latin_family), LATERAL generate_series(1, 12) AS p (i);
-- Every given with every family name, and their search keys, made once.
CREATE TEMP TABLE called AS
SELECT g.script, g.position AS g, f.position AS f, k.position, k.kind, k.given, k.family, k.code, ARRAY(SELECT public.name_keys(k.given, k.family)) AS keys
  FROM pool g JOIN pool f USING (script), LATERAL (
    SELECT 0 AS position, 'asOnDocument' AS kind, coalesce(g.latin_given, g.given) AS given, coalesce(f.latin_family, f.family) AS family, 'Latn' AS code
    UNION ALL SELECT 1, 'otherScript', g.given, f.family, g.code WHERE g.script > 0) AS k;
CREATE INDEX ON called (script, g, f);
ANALYZE called;

-- Persons: the principal of each case, and with every fourth case a member besides (kind 3).
CREATE TEMP TABLE people AS
SELECT n, kind, bench.id(kind, n) AS id, bench.org(n) AS org, bench.pick(n + kind, 1, 5) AS script, 1 + bench.pick(n + kind, 2, 12) AS g, 1 + bench.pick(n + kind, 3, 12) AS f,
       DATE '1950-01-01' + bench.pick(n + kind, 4, 25000) AS born
  FROM generate_series(0, :rows::int8 - 1) AS n, (VALUES (2::int8), (3)) AS k (kind) WHERE kind = 2 OR n / 10 % 4 = 0;
ANALYZE people;
INSERT INTO persons (id, org, birth_date, birth_first, birth_last, sex, nationalities, languages, created_at, updated_at)
SELECT id, org, born::text, born, born, CASE bench.pick(n + kind, 5, 2) WHEN 0 THEN 'female' ELSE 'male' END,
       ARRAY[(ARRAY['SO', 'SY', 'ET', 'UA', 'AM'])[1 + script]], '[{"language": "en", "reading": "B1"}]',
       TIMESTAMPTZ '2024-01-01' + n * interval '1 second', TIMESTAMPTZ '2024-01-01' + n * interval '1 second' FROM people;
INSERT INTO person_names (org, person_id, position, kind, given, family, script)
SELECT p.org, p.id, c.position, c.kind, c.given, c.family, c.code FROM people p JOIN called c USING (script, g, f);
INSERT INTO person_name_keys (org, key, person_id)
SELECT DISTINCT p.org, k, p.id FROM people p JOIN called c USING (script, g, f), LATERAL unnest(c.keys) AS k;

CREATE TEMP TABLE opened AS
SELECT n, bench.id(1, n) AS id, bench.org(n) AS org, TIMESTAMPTZ '2024-01-01' + n * (interval '730 days' / :rows) AS at,
       bench.pick(n, 6, 8) AS stage FROM generate_series(0, :rows::int8 - 1) AS n;
INSERT INTO cases (id, org, programme, programme_version, reference, status, offices, caseworker, principal_id, country_of_return, country_of_origin,
                   planned_departure_on, opened_at, closed_at, retention_class, retain_until, version, created_at, updated_at, shown_given, shown_family,
                   shown_members)
SELECT id, org, 'avrr', 2, 'AVRR-2024-' || lpad(n::text, 8, '0'),
       (ARRAY['intake', 'counselling', 'eligibility', 'applicationSigned', 'documents', 'travelReady', 'closed', 'closed'])[1 + stage],
       ARRAY[CASE WHEN n / 10 % 7 = 6 THEN 'so' ELSE 'nl' END], CASE WHEN n % 3 > 0 THEN 'worker' || n % 97 END, bench.id(2, n),
       (ARRAY['SO', 'SY', 'ET', 'UA', 'AM'])[1 + bench.pick(n + 2, 1, 5)], (ARRAY['SO', 'SY', 'ET', 'UA', 'AM'])[1 + bench.pick(n + 2, 1, 5)],
       CASE WHEN stage = 5 THEN (at + interval '60 days')::date END, at, CASE WHEN stage > 5 THEN at + interval '90 days' END,
       CASE WHEN stage > 5 THEN 'closed' ELSE 'open' END, CASE WHEN stage > 5 THEN (at + interval '5 years')::date END, 1 + stage, at, at,
       s.given, s.family, m.members FROM opened o
  JOIN (SELECT DISTINCT ON (p.id) p.id AS person_id, c.given, c.family FROM people p JOIN called c USING (script, g, f) WHERE p.kind = 2
         ORDER BY p.id, c.kind <> 'asOnDocument', c.position) AS s ON s.person_id = bench.id(2, o.n)
  JOIN (SELECT n, jsonb_agg(case_member(id, CASE kind WHEN 2 THEN 'principal' ELSE 'member' END, CASE kind WHEN 3 THEN 'spouse' END, false) ORDER BY kind) AS members
          FROM people GROUP BY n) AS m USING (n);
INSERT INTO case_persons (id, org, case_id, person_id, role, relation, joined_at)
SELECT bench.id(4 + p.kind, p.n), p.org, bench.id(1, p.n), p.id, CASE p.kind WHEN 2 THEN 'principal' ELSE 'member' END,
       CASE p.kind WHEN 3 THEN 'spouse' END, o.at FROM people p JOIN opened o USING (n);
INSERT INTO documents (id, org, case_id, person_id, kind, required_by, created_by, created_at, updated_at)
SELECT bench.id(8, n), org, id, bench.id(2, n), 'passport', 'travelDocument', 'amina', at, at FROM opened;
INSERT INTO timeline (id, org, case_id, kind, data, sensitivity, by_user, at)
SELECT bench.id(9 + t.i, n), org, id, t.kind, t.data, '', 'amina', at FROM opened,
       (VALUES (0, 'case.opened', '{"programme": "avrr"}'::jsonb), (1, 'deadline.set', '{"code": "firstCounselling"}')) AS t (i, kind, data);
INSERT INTO deadlines (id, org, case_id, kind, code, due_on, status, created_at, updated_at)
SELECT bench.id(11, n), org, id, 'own', 'firstCounselling', (at + interval '14 days')::date, CASE WHEN stage > 0 THEN 'met' ELSE 'open' END, at, at FROM opened;
INSERT INTO wf.audit (org, at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object)
SELECT org, at, 'amina', 'wayfare-desk', true, 'openCase', 'intake', id::text, '', 'create', 'case', id FROM opened;

DO $$ DECLARE l record; BEGIN
    FOR l IN SELECT * FROM later LOOP EXECUTE l.indexdef; END LOOP;
    FOR year IN 2024 .. 2049 LOOP EXECUTE format('ALTER SEQUENCE reference.avrr_%s MAXVALUE 999999999', year); END LOOP; -- rounds upon rounds
END $$;
-- One transaction has more entries than the relay can seal at a time.
INSERT INTO wf.audit_seal (no, from_xid, to_xid, rows, previous, hash, sealed_at)
SELECT l.no + 1, l.to_xid, a.to_xid, a.rows, l.hash, wf.audit_hash(l.hash, l.to_xid, a.to_xid), now()
  FROM (SELECT coalesce(max(s.no), 0) AS no, coalesce(max(s.to_xid), 0) AS to_xid,
               coalesce((array_agg(s.hash ORDER BY s.no DESC))[1], ''::bytea) AS hash FROM wf.audit_seal AS s) AS l,
       LATERAL (SELECT max(xid) + 1 AS to_xid, count(*) AS rows FROM wf.audit WHERE xid >= l.to_xid) AS a;

CREATE TABLE bench.done AS SELECT :rows::int8 AS rows;
VACUUM (ANALYZE) persons, person_names, person_name_keys, cases, case_persons, documents, timeline, deadlines, wf.audit;
CHECKPOINT;
