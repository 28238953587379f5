-- Lists without pages (libcommon/app/schema/0007_bounded.sql).
SELECT wf.bound('jurors', 'cohort_id', 200);
SELECT wf.bound('jury_scores', 'venture_id', 20);
