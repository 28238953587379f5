-- Who was noted as left behind may have been on board after all: the correction is an observation too.
ALTER TABLE case_passengers DROP CONSTRAINT case_passengers_outcome_check;
ALTER TABLE case_passengers ADD CONSTRAINT case_passengers_outcome_check
    CHECK (outcome IN ('noShow', 'refusedEntry', 'deniedBoarding', 'boarded'));
