-- Lists without pages (libcommon/app/schema/0007_bounded.sql).
SELECT wf.bound('passengers', 'movement_id', 200);
SELECT wf.bound('segments', 'movement_id', 200, 'status = ''planned''');
