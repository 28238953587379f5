-- Policies compare columns with what is cut out of the scope once for each statement (libcommon/app/schema/0018).
SELECT sec.compare_words();
