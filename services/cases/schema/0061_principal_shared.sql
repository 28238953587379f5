-- What only a partner's reading needs (0006) an own case's reading no longer pays for: as a subquery of the policy it, and the policies of
-- shares and cases within it, were set up for every read of case_persons, and that was two fifths of what showing a case cost. A function is
-- entered for rows of another organisation alone.
CREATE FUNCTION principal_shared(owner text, shared uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM shares s
                    WHERE s.org = owner AND s.case_id = shared AND s.to_org = (SELECT sec.org())
                      AND s.status = 'active' AND s.level = 'edit' AND 'credentialEvaluations' = ANY (s.fields));
END
$$;
REVOKE EXECUTE ON FUNCTION principal_shared(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION principal_shared(text, uuid) TO {{service}};

ALTER POLICY shared_principal ON case_persons
    USING (role = 'principal' AND left_at IS NULL AND org <> (SELECT sec.org()) AND principal_shared(org, case_id));
