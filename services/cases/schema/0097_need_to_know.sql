-- Who is of a case's team is read off the case (0095), and what few rows ask for is no plan of its own: what each row is asked stands first.
ALTER POLICY need_to_know ON cases USING (
    (programme = ANY ((SELECT sec.programmes())::text[]) AND offices && (SELECT sec.offices())
     AND (confidentiality = 'normal' OR (confidentiality = 'restricted' AND sec.has('cases.restricted:read')) OR sec.sub() = ANY (shown_team)))
    OR sec.has('internal'));
