/* test_travel_names.c - names on tickets against names on documents, by ICAO Doc 9303 part 3. */
#include <check.h>
#include <string.h>

#include "base/arena.h"
#include "travel/names/names.h"
#include "unit.h"

static const struct {
    const char *family, *given; /* on the document */
    const char *ticket;
    enum name_verdict verdict;
} cases[] = {
    /* plain */
    {"Warsame", "Asha Cabdi", "WARSAME/ASHA CABDI", NAME_SAME},
    {"Warsame", "Asha Cabdi", "WARSAME/ASHACABDI", NAME_SAME},
    {"Warsame", "Asha Cabdi", "Warsame, Asha Cabdi", NAME_SAME},
    {"Warsame", "Asha Cabdi", "WARSAME<<ASHA<CABDI<<<<<", NAME_SAME},
    {"Warsame", "Asha Cabdi", "WARSAME/ASHA", NAME_OTHER},
    {"Warsame", "Asha", "WARSAME/ASHA CABDI", NAME_OTHER},
    {"Warsame", "Asha Cabdi", "WARSAMI/ASHA CABDI", NAME_OTHER},
    {"Warsame", "Asha Cabdi", "ASHA CABDI/WARSAME", NAME_SWAPPED},
    {"Warsame", "Asha Cabdi", "CABDI WARSAME/ASHA", NAME_OTHER},
    {"Warsame", "Asha Cabdi", "ASHA CABDI WARSAME", NAME_OTHER},
    {"Nuur", "Faadumo", "ALI/HODAN", NAME_OTHER},
    /* titles */
    {"Warsame", "Asha Cabdi", "WARSAME/ASHA CABDI MRS", NAME_SAME},
    {"Warsame", "Asha Cabdi", "WARSAME/ASHA CABDIMRS", NAME_SAME},
    {"Warsame", "Asha Cabdi", "WARSAME/MS ASHA CABDI", NAME_SAME},
    {"Nuur", "Liban", "NUUR/LIBAN MSTR", NAME_SAME},
    {"Nuur", "Liban", "NUUR/LIBANMSTR", NAME_SAME},
    {"Nuur", "Hodan", "NUUR/HODAN MISS", NAME_SAME},
    {"Nuur", "Hodan", "NUUR/HODAN INF", NAME_SAME},
    {"Khaled", "Amr", "KHALED/AMR", NAME_SAME},
    {"Khaled", "Amr", "KHALED/AMR MR", NAME_SAME},
    {"Khaled", "Amr", "KHALED/AMRMR", NAME_SAME},
    {"Nuur", "Liban", "NUUR/MR", NAME_OTHER},
    /* Somali spellings: one family's members on one document and another */
    {"Cabdullahi", "Xaawo", "CABDULLAHI/XAAWO", NAME_SAME},
    {"Cabdullahi", "Xaawo", "ABDULLAHI/HAWA", NAME_OTHER},
    {"Maxamed", "Cabdiraxmaan Cali", "MAXAMED/CABDIRAXMAAN CALI", NAME_SAME},
    {"Maxamed", "Cabdiraxmaan Cali", "MOHAMED/ABDIRAHMAN ALI", NAME_OTHER},
    {"Ba'alawi", "Sharmarke", "BAALAWI/SHARMARKE", NAME_SAME},
    /* Tigrinya and Amharic in Latin letters */
    {"Ghebremedhin", "Tesfay Weldu", "GHEBREMEDHIN/TESFAY WELDU", NAME_SAME},
    {"Ghebremedhin", "Tesfay Weldu", "GEBREMEDHIN/TESFAY WELDU", NAME_OTHER},
    {"G'hebre-Medhin", "Tesfay", "GHEBREMEDHIN/TESFAY", NAME_SAME},
    {"Hailesel\xC4\x81sse",
     "Ts\xE2\x80\x99"
     "ega",
     "HAILESELASSE/TSEGA", NAME_SAME},
    {"Ḥagos", "Mehari", "HAGOS/MEHARI", NAME_SAME},
    {"ገብረ", "ተስፋይ", "GEBRE/TESFAY", NAME_OTHER},
    /* diacritics */
    {"Müller", "Jürgen", "MUELLER/JUERGEN", NAME_SAME},
    {"Müller", "Jürgen", "MULLER/JURGEN", NAME_SAME},
    {"Müller", "Jürgen", "MUXXLLER/JUXXRGEN", NAME_SAME},
    {"Müller", "Jürgen", "MUELLER/JURGEN", NAME_SAME},
    {"Müller", "Jürgen", "MÜLLER/JÜRGEN", NAME_SAME},
    {"Mu\xCC\x88ller", "Ju\xCC\x88rgen", "MUELLER/JUERGEN", NAME_SAME},
    {"Müller", "Jürgen", "MILLER/JUERGEN", NAME_OTHER},
    {"Groß", "Anna", "GROSS/ANNA", NAME_SAME},
    {"Groß", "Anna", "GROS/ANNA", NAME_OTHER},
    {"GROẞ", "ANNA", "GROSS/ANNA", NAME_SAME},
    {"Sørensen", "Åse", "SOERENSEN/AASE", NAME_SAME},
    {"Sørensen", "Åse", "SORENSEN/ASE", NAME_SAME},
    {"Sørensen", "Åse", "SAERENSEN/AASE", NAME_OTHER},
    {"Hämäläinen", "Äijö", "HAEMAELAEINEN/AEIJOE", NAME_SAME},
    {"Hämäläinen", "Äijö", "HAMALAINEN/AIJOE", NAME_SAME},
    {"Muñoz", "Begoña", "MUNOZ/BEGONA", NAME_SAME},
    {"Muñoz", "Begoña", "MUNXXOZ/BEGONXXA", NAME_SAME},
    {"Mun\xCC\x83oz", "Begoña", "MUNXXOZ/BEGONA", NAME_SAME},
    {"Öztürk", "İlkay", "OZTURK/ILKAY", NAME_SAME},
    {"Yıldız", "Şükrü", "YILDIZ/SUEKRUE", NAME_SAME},
    {"Ĳsbrandt", "Dirk", "IJSBRANDT/DIRK", NAME_SAME},
    {"ĳsbrandt", "Dirk", "IJSBRANDT/DIRK", NAME_SAME},
    {"IJsbrandt", "Dirk", "IJSBRANDT/DIRK", NAME_SAME},
    {"IJsbrandt", "Dirk", "YSBRANDT/DIRK", NAME_OTHER},
    {"Œuvrard", "Zoë", "OEUVRARD/ZOE", NAME_SAME},
    {"Þórsson", "Guðmundur", "THORSSON/GUDMUNDUR", NAME_SAME},
    {"Łukasiewicz", "Żaneta", "LUKASIEWICZ/ZANETA", NAME_SAME},
    {"Əliyev", "Rəşad", "ELIYEV/RESAD", NAME_SAME},
    {"Ọdụṣọla", "Chiọma", "ODUSOLA/CHIOMA", NAME_SAME},
    /* hyphens, apostrophes, particles */
    {"van der Berg-de Vries", "Anne-Marie", "VAN DER BERG DE VRIES/ANNE MARIE", NAME_SAME},
    {"van der Berg-de Vries", "Anne-Marie", "VANDERBERGDEVRIES/ANNEMARIE MRS", NAME_SAME},
    {"van der Berg", "Anne", "BERG/ANNE", NAME_OTHER},
    {"O'Connor", "Enya Siobhan", "OCONNOR/ENYA SIOBHAN", NAME_SAME},
    {"D’Artagnan", "Inès", "D ARTAGNAN/INES", NAME_SAME},
    {"Al-Ḥasanī", "ʿAlī", "ALHASANI/ALI", NAME_SAME},
    {"Al-Hasani", "Ali", "HASANI/ALI", NAME_OTHER},
    /* single names */
    {"Mohammadzai", "", "MOHAMMADZAI", NAME_SAME},
    {"", "Mohammadzai", "MOHAMMADZAI/", NAME_SAME},
    {"Mohammadzai", "", "MOHAMMADZAI/MR", NAME_SAME},
    {"Mohammadzai", "", "FNU/MOHAMMADZAI", NAME_SAME},
    {"", "Mohammadzai", "MOHAMMADZAI/FNU", NAME_SAME},
    {"", "Mohammadzai", "LNU/MOHAMMADZAI MR", NAME_SAME},
    {"Mohammadzai", "", "MOHAMMADZAI/MOHAMMADZAI", NAME_SAME},
    {"Mohammadzai", "", "MOHAMMADZAI/AHMAD", NAME_OTHER},
    {"Mohammadzai", "Ahmad", "MOHAMMADZAI/FNU", NAME_OTHER},
    {"", "", "MOHAMMADZAI/FNU", NAME_OTHER},
    /* Arabic, as a document without Latin names would have it */
    {"الحسن", "محمد", "ALXHSN/MXHMD", NAME_SAME},
    {"الحسن", "محمّد", "ALXHSN/MXHMMD", NAME_SAME},
    {"الحسن", "مُحَمَّد", "ALXHSN/MXHMMD", NAME_SAME},
    {"خالد", "فاطمة", "XKHALD/FAXTTMXAH", NAME_SAME},
    {"خالد", "فاطمة", "XKHALD/FAXTTMXTA", NAME_SAME},
    {"خالد", "فاطمة", "KHALED/FATIMA", NAME_OTHER},
    {"کریمی", "ژاله", "XKKRXYAMXYA/XJALH", NAME_SAME},
    {"شريف", "عبد الله", "XSHRYF/EBD ALLH", NAME_SAME},
    /* Cyrillic */
    {"Щербаков", "Юрий", "SHCHERBAKOV/IURII", NAME_SAME},
    {"Щербаков", "Юрий", "SHCHERBAKOV/YURIY", NAME_OTHER},
    {"Ющенко", "Наталія", "IUSHCHENKO/NATALIIA", NAME_SAME},
    {"Шевченко", "Ольга", "SHEVCHENKO/OLGA", NAME_SAME},
    {"Ћосић", "Љубица", "COSIC/LJUBICA", NAME_SAME},
    /* longer than the field of 39 */
    {"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA/CHAYAPA DEJTHAMRONG KRASUANG",
     NAME_SAME},
    {"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA/CHAYAPA DEJTHAMRONG K", NAME_SAME},
    {"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA/CHAYAPADEJTHAMRONGKRA", NAME_SAME},
    {"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA/CHAYAPA", NAME_OTHER},
    {"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA/CHAYAPA DEJTHAMRONG S",
     NAME_OTHER},
    {"Nilavadhanananda", "Chayapa", "NILAVADHANANANDA/CHAYAP", NAME_OTHER},
    {"Papandropoulousenstratopoulosconstantinidis", "Jonathan Alec", "PAPANDROPOULOUSENSTRATOPOULOSCONSTAN/J",
     NAME_SAME},
};

START_TEST(a_ticket_bears_the_name_of_the_document)
{
    struct travel_name document = {.family = cases[_i].family, .given = cases[_i].given}, ticket;

    name_split(unit_arena, cases[_i].ticket, &ticket);
    ck_assert_msg(name_compare(unit_arena, &document, &ticket) == cases[_i].verdict, "%s, %s against %s: %d",
                  cases[_i].family, cases[_i].given, cases[_i].ticket,
                  name_compare(unit_arena, &document, &ticket));
}
END_TEST

START_TEST(a_name_from_a_full_zone_may_go_on_in_the_ticket)
{
    struct travel_name document, ticket;

    ck_assert(name_split(unit_arena, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", &document));
    ck_assert(document.cut);
    name_split(unit_arena, "NILAVADHANANANDA/CHAYAPA DEJTHAMRONG KRASUANG", &ticket);
    ck_assert_int_eq(name_compare(unit_arena, &document, &ticket), NAME_SAME);
    name_split(unit_arena, "NILAVADHANANANDA/CHAYAPA", &ticket);
    ck_assert_int_eq(name_compare(unit_arena, &document, &ticket), NAME_OTHER);
    ck_assert(name_split(unit_arena, "WARSAME<<ASHA<<<<<<<<<<<<<<<<<<<<<<<<<<", &document));
    ck_assert(!document.cut);
    name_split(unit_arena, "WARSAME/ASHA CABDI", &ticket);
    ck_assert_int_eq(name_compare(unit_arena, &document, &ticket), NAME_OTHER);
}
END_TEST

START_TEST(a_mismatch_can_be_shown)
{
    ck_assert_str_eq(name_mrz(unit_arena, &(struct travel_name){.family = "Warsame", .given = "Asha Cabdi"}),
                     "WARSAME<<ASHA<CABDI");
    ck_assert_str_eq(name_mrz(unit_arena, &(struct travel_name){.family = "D'Ärzte", .given = ""}),
                     "DAERZTE");
    ck_assert_str_eq(name_mrz(unit_arena, &(struct travel_name){.family = "ገብረ", .given = "X"}), "***<<X");
    ck_assert_uint_eq(
        strlen(name_mrz(unit_arena, &(struct travel_name){.family = "Papandropoulousenstratopoulos",
                                                          .given = "Jonathan Alec Konstantinos"})),
        NAME_MRZ_LENGTH);
}
END_TEST

START_TEST(a_name_printed_whole_may_have_either_order)
{
    struct travel_name name = {.family = "Warsame", .given = "Asha Cabdi"};

    ck_assert(name_whole_is(unit_arena, "Asha Cabdi Warsame", &name));
    ck_assert(name_whole_is(unit_arena, "WARSAME ASHA CABDI", &name));
    ck_assert(!name_whole_is(unit_arena, "Asha Warsame", &name));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("travel names");

    UNIT_TABLE(s, "name_compare", cases, a_ticket_bears_the_name_of_the_document);
    UNIT_CASE(s, "names", a_name_from_a_full_zone_may_go_on_in_the_ticket, a_mismatch_can_be_shown,
              a_name_printed_whole_may_have_either_order);
    return s;
}
