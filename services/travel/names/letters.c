/*
 * letters.c - transliteration of ICAO Doc 9303 part 3, section 6: Latin (A), Cyrillic (B), Arabic (C).
 *
 * Where the standard gives a choice, or a state has its own way (Ukraine's И is Y, Serbia's Ш is S), all of
 * them are listed. Ä, Å, Ö, Ø and Ü also match their plain letter: some states print that (verify).
 */
#include "travel/names/letters.h"

#include "base/cleanup.h"

/* Letters with a mark that is left off: the letter, by code point from where the text begins. */
static const char latin[] = /* U+00C0 to U+024F */
    "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..AAAAAA.CEEEEIIII.NOOOOO..UUUUY.Y"
    "AAAAAACCCCCCCCDD..EEEEEEEEEEGGGGGGGGHH..IIIIIIIIII..JJKK.LLLLLL."
    "...NNNNNN...OOOOOO..RRRRRRSSSSSSSSTTTT..UUUUUUUUUUUUWWYYYZZZZZZS"
    "................................OO.............UU..............."
    ".............AAIIOOUUUUUUUUUU.AAAA....GGKKOOOO..J...GG..NNAA...."
    "AAAAEEEEIIIIOOOORRRRUUUUSSTT..HH......AAEEOOOOOOOOYY............"
    "................";
static const char latin_additional[] = /* U+1E00 to U+1EFF */
    "AABBBBBBCCDDDDDDDDDDEEEEEEEEEEFFGGHHHHHHHHHHIIIIKKKKKKLLLLLLLLMM"
    "MMMMNNNNNNNNOOOOOOOOPPPPRRRRRRRRSSSSSSSSSSTTTTTTTTUUUUUUUUUUVVVV"
    "WWWWWWWWWWXXXXYYZZZZZZHTWY.S....AAAAAAAAAAAAAAAAAAAAAAAAEEEEEEEE"
    "EEEEEEEEIIIIOOOOOOOOOOOOOOOOOOOOOOOOUUUUUUUUUUUUUUYYYYYYYY......";

static const struct {
    uint16_t character;
    struct letter letter;
} table[] = {
    {0x00C4, {{"AE", "A"}}},        /* Ä */
    {0x00C5, {{"AA", "A"}}},        /* Å */
    {0x00C6, {{"AE"}}},             /* Æ */
    {0x00D0, {{"D"}}},              /* Ð */
    {0x00D1, {{"N", "NXX"}}},       /* Ñ */
    {0x00D6, {{"OE", "O"}}},        /* Ö */
    {0x00D8, {{"OE", "O"}}},        /* Ø */
    {0x00DC, {{"UE", "UXX", "U"}}}, /* Ü */
    {0x00DE, {{"TH"}}},             /* Þ */
    {0x00DF, {{"SS"}}},             /* ß */
    {0x00E4, {{"AE", "A"}}},        /* ä */
    {0x00E5, {{"AA", "A"}}},        /* å */
    {0x00E6, {{"AE"}}},             /* æ */
    {0x00F0, {{"D"}}},              /* ð */
    {0x00F1, {{"N", "NXX"}}},       /* ñ */
    {0x00F6, {{"OE", "O"}}},        /* ö */
    {0x00F8, {{"OE", "O"}}},        /* ø */
    {0x00FC, {{"UE", "UXX", "U"}}}, /* ü */
    {0x00FE, {{"TH"}}},             /* þ */
    {0x0110, {{"D"}}},              /* Đ */
    {0x0111, {{"D"}}},              /* đ */
    {0x0126, {{"H"}}},              /* Ħ */
    {0x0127, {{"H"}}},              /* ħ */
    {0x0132, {{"IJ"}}},             /* Ĳ */
    {0x0133, {{"IJ"}}},             /* ĳ */
    {0x0138, {{"Q"}}},              /* ĸ */
    {0x013F, {{"L"}}},              /* Ŀ */
    {0x0140, {{"L"}}},              /* ŀ */
    {0x0141, {{"L"}}},              /* Ł */
    {0x0142, {{"L"}}},              /* ł */
    {0x0149, {{"N"}}},              /* ŉ */
    {0x014A, {{"N"}}},              /* Ŋ */
    {0x014B, {{"N"}}},              /* ŋ */
    {0x0152, {{"OE"}}},             /* Œ */
    {0x0153, {{"OE"}}},             /* œ */
    {0x0166, {{"T"}}},              /* Ŧ */
    {0x0167, {{"T"}}},              /* ŧ */
    {0x0181, {{"B"}}},              /* Ɓ */
    {0x0186, {{"O"}}},              /* Ɔ */
    {0x0189, {{"D"}}},              /* Ɖ */
    {0x018A, {{"D"}}},              /* Ɗ */
    {0x018F, {{"E"}}},              /* Ə */
    {0x0190, {{"E"}}},              /* Ɛ */
    {0x0191, {{"F"}}},              /* Ƒ */
    {0x0192, {{"F"}}},              /* ƒ */
    {0x0194, {{"G"}}},              /* Ɣ */
    {0x0198, {{"K"}}},              /* Ƙ */
    {0x0199, {{"K"}}},              /* ƙ */
    {0x01B2, {{"V"}}},              /* Ʋ */
    {0x01B3, {{"Y"}}},              /* Ƴ */
    {0x01B4, {{"Y"}}},              /* ƴ */
    {0x01DD, {{"E"}}},              /* ǝ */
    {0x01DE, {{"AE", "A"}}},        /* Ǟ */
    {0x01E2, {{"AE"}}},             /* Ǣ */
    {0x01E3, {{"AE"}}},             /* ǣ */
    {0x01FC, {{"AE"}}},             /* Ǽ */
    {0x01FD, {{"AE"}}},             /* ǽ */
    {0x01FE, {{"OE", "O"}}},        /* Ǿ */
    {0x01FF, {{"OE", "O"}}},        /* ǿ */
    {0x022B, {{"OE", "O"}}},        /* ȫ */
    {0x0253, {{"B"}}},              /* ɓ */
    {0x0254, {{"O"}}},              /* ɔ */
    {0x0256, {{"D"}}},              /* ɖ */
    {0x0257, {{"D"}}},              /* ɗ */
    {0x0259, {{"E"}}},              /* ə */
    {0x025B, {{"E"}}},              /* ɛ */
    {0x0263, {{"G"}}},              /* ɣ */
    {0x028B, {{"V"}}},              /* ʋ */
    {0x0401, {{"E", "IO"}}},        /* Ё */
    {0x0402, {{"D"}}},              /* Ђ */
    {0x0403, {{"G"}}},              /* Ѓ */
    {0x0404, {{"IE", "YE"}}},       /* Є */
    {0x0405, {{"DZ"}}},             /* Ѕ */
    {0x0406, {{"I"}}},              /* І */
    {0x0407, {{"I", "YI"}}},        /* Ї */
    {0x0408, {{"J"}}},              /* Ј */
    {0x0409, {{"LJ"}}},             /* Љ */
    {0x040A, {{"NJ"}}},             /* Њ */
    {0x040B, {{"C"}}},              /* Ћ */
    {0x040C, {{"K"}}},              /* Ќ */
    {0x040E, {{"U"}}},              /* Ў */
    {0x040F, {{"DZ"}}},             /* Џ */
    {0x0410, {{"A"}}},              /* А */
    {0x0411, {{"B"}}},              /* Б */
    {0x0412, {{"V"}}},              /* В */
    {0x0413, {{"G", "H"}}},         /* Г */
    {0x0414, {{"D"}}},              /* Д */
    {0x0415, {{"E"}}},              /* Е */
    {0x0416, {{"ZH", "Z"}}},        /* Ж */
    {0x0417, {{"Z"}}},              /* З */
    {0x0418, {{"I", "Y"}}},         /* И */
    {0x0419, {{"I"}}},              /* Й */
    {0x041A, {{"K"}}},              /* К */
    {0x041B, {{"L"}}},              /* Л */
    {0x041C, {{"M"}}},              /* М */
    {0x041D, {{"N"}}},              /* Н */
    {0x041E, {{"O"}}},              /* О */
    {0x041F, {{"P"}}},              /* П */
    {0x0420, {{"R"}}},              /* Р */
    {0x0421, {{"S"}}},              /* С */
    {0x0422, {{"T"}}},              /* Т */
    {0x0423, {{"U"}}},              /* У */
    {0x0424, {{"F"}}},              /* Ф */
    {0x0425, {{"KH", "H"}}},        /* Х */
    {0x0426, {{"TS", "C"}}},        /* Ц */
    {0x0427, {{"CH", "C"}}},        /* Ч */
    {0x0428, {{"SH", "S"}}},        /* Ш */
    {0x0429, {{"SHCH", "SHT"}}},    /* Щ */
    {0x042A, {{"IE"}}},             /* Ъ */
    {0x042B, {{"Y"}}},              /* Ы */
    {0x042D, {{"E"}}},              /* Э */
    {0x042E, {{"IU", "YU"}}},       /* Ю */
    {0x042F, {{"IA", "YA"}}},       /* Я */
    {0x0430, {{"A"}}},              /* а */
    {0x0431, {{"B"}}},              /* б */
    {0x0432, {{"V"}}},              /* в */
    {0x0433, {{"G", "H"}}},         /* г */
    {0x0434, {{"D"}}},              /* д */
    {0x0435, {{"E"}}},              /* е */
    {0x0436, {{"ZH", "Z"}}},        /* ж */
    {0x0437, {{"Z"}}},              /* з */
    {0x0438, {{"I", "Y"}}},         /* и */
    {0x0439, {{"I"}}},              /* й */
    {0x043A, {{"K"}}},              /* к */
    {0x043B, {{"L"}}},              /* л */
    {0x043C, {{"M"}}},              /* м */
    {0x043D, {{"N"}}},              /* н */
    {0x043E, {{"O"}}},              /* о */
    {0x043F, {{"P"}}},              /* п */
    {0x0440, {{"R"}}},              /* р */
    {0x0441, {{"S"}}},              /* с */
    {0x0442, {{"T"}}},              /* т */
    {0x0443, {{"U"}}},              /* у */
    {0x0444, {{"F"}}},              /* ф */
    {0x0445, {{"KH", "H"}}},        /* х */
    {0x0446, {{"TS", "C"}}},        /* ц */
    {0x0447, {{"CH", "C"}}},        /* ч */
    {0x0448, {{"SH", "S"}}},        /* ш */
    {0x0449, {{"SHCH", "SHT"}}},    /* щ */
    {0x044A, {{"IE"}}},             /* ъ */
    {0x044B, {{"Y"}}},              /* ы */
    {0x044D, {{"E"}}},              /* э */
    {0x044E, {{"IU", "YU"}}},       /* ю */
    {0x044F, {{"IA", "YA"}}},       /* я */
    {0x0451, {{"E", "IO"}}},        /* ё */
    {0x0452, {{"D"}}},              /* ђ */
    {0x0453, {{"G"}}},              /* ѓ */
    {0x0454, {{"IE", "YE"}}},       /* є */
    {0x0455, {{"DZ"}}},             /* ѕ */
    {0x0456, {{"I"}}},              /* і */
    {0x0457, {{"I", "YI"}}},        /* ї */
    {0x0458, {{"J"}}},              /* ј */
    {0x0459, {{"LJ"}}},             /* љ */
    {0x045A, {{"NJ"}}},             /* њ */
    {0x045B, {{"C"}}},              /* ћ */
    {0x045C, {{"K"}}},              /* ќ */
    {0x045E, {{"U"}}},              /* ў */
    {0x045F, {{"DZ"}}},             /* џ */
    {0x046A, {{"U"}}},              /* Ѫ */
    {0x046B, {{"U"}}},              /* ѫ */
    {0x0474, {{"Y"}}},              /* Ѵ */
    {0x0475, {{"Y"}}},              /* ѵ */
    {0x0490, {{"G"}}},              /* Ґ */
    {0x0491, {{"G"}}},              /* ґ */
    {0x0492, {{"F"}}},              /* Ғ */
    {0x0493, {{"F"}}},              /* ғ */
    {0x049A, {{"K"}}},              /* Қ */
    {0x049B, {{"K"}}},              /* қ */
    {0x04A2, {{"N"}}},              /* Ң */
    {0x04A3, {{"N"}}},              /* ң */
    {0x04AE, {{"U"}}},              /* Ү */
    {0x04AF, {{"U"}}},              /* ү */
    {0x04B0, {{"U"}}},              /* Ұ */
    {0x04B1, {{"U"}}},              /* ұ */
    {0x04BA, {{"C"}}},              /* Һ */
    {0x04BB, {{"C"}}},              /* һ */
    {0x04D8, {{"A"}}},              /* Ә */
    {0x04D9, {{"A"}}},              /* ә */
    {0x04E8, {{"O"}}},              /* Ө */
    {0x04E9, {{"O"}}},              /* ө */
    {0x0621, {{"XE"}}},             /* ء */
    {0x0622, {{"XAA"}}},            /* آ */
    {0x0623, {{"XAE"}}},            /* أ */
    {0x0624, {{"U"}}},              /* ؤ */
    {0x0625, {{"I"}}},              /* إ */
    {0x0626, {{"XI"}}},             /* ئ */
    {0x0627, {{"A"}}},              /* ا */
    {0x0628, {{"B"}}},              /* ب */
    {0x0629, {{"XTA", "XAH"}}},     /* ة */
    {0x062A, {{"T"}}},              /* ت */
    {0x062B, {{"XTH"}}},            /* ث */
    {0x062C, {{"J"}}},              /* ج */
    {0x062D, {{"XH"}}},             /* ح */
    {0x062E, {{"XKH"}}},            /* خ */
    {0x062F, {{"D"}}},              /* د */
    {0x0630, {{"XDH"}}},            /* ذ */
    {0x0631, {{"R"}}},              /* ر */
    {0x0632, {{"Z"}}},              /* ز */
    {0x0633, {{"S"}}},              /* س */
    {0x0634, {{"XSH"}}},            /* ش */
    {0x0635, {{"XSS"}}},            /* ص */
    {0x0636, {{"XDZ"}}},            /* ض */
    {0x0637, {{"XTT"}}},            /* ط */
    {0x0638, {{"XZZ"}}},            /* ظ */
    {0x0639, {{"E"}}},              /* ع */
    {0x063A, {{"G"}}},              /* غ */
    {0x0641, {{"F"}}},              /* ف */
    {0x0642, {{"Q"}}},              /* ق */
    {0x0643, {{"K"}}},              /* ك */
    {0x0644, {{"L"}}},              /* ل */
    {0x0645, {{"M"}}},              /* م */
    {0x0646, {{"N"}}},              /* ن */
    {0x0647, {{"H"}}},              /* ه */
    {0x0648, {{"W"}}},              /* و */
    {0x0649, {{"XAY"}}},            /* ى */
    {0x064A, {{"Y"}}},              /* ي */
    {0x0671, {{"XXA"}}},            /* ٱ */
    {0x0679, {{"XXT"}}},            /* ٹ */
    {0x067C, {{"XRT"}}},            /* ټ */
    {0x067E, {{"P"}}},              /* پ */
    {0x0681, {{"XKE"}}},            /* ځ */
    {0x0685, {{"XXH"}}},            /* څ */
    {0x0686, {{"XC"}}},             /* چ */
    {0x0688, {{"XXD"}}},            /* ڈ */
    {0x0689, {{"XDR"}}},            /* ډ */
    {0x0691, {{"XXR"}}},            /* ڑ */
    {0x0693, {{"XRR"}}},            /* ړ */
    {0x0696, {{"XRX"}}},            /* ږ */
    {0x0698, {{"XJ"}}},             /* ژ */
    {0x069A, {{"XXS"}}},            /* ښ */
    {0x06A9, {{"XKK"}}},            /* ک */
    {0x06AB, {{"XXK"}}},            /* ګ */
    {0x06AD, {{"XNG"}}},            /* ڭ */
    {0x06AF, {{"XGG"}}},            /* گ */
    {0x06BA, {{"XNN"}}},            /* ں */
    {0x06BC, {{"XXN"}}},            /* ڼ */
    {0x06BE, {{"XDO"}}},            /* ھ */
    {0x06C0, {{"XYH"}}},            /* ۀ */
    {0x06C1, {{"XXG"}}},            /* ہ */
    {0x06C2, {{"XGE"}}},            /* ۂ */
    {0x06C3, {{"XTG"}}},            /* ۃ */
    {0x06CC, {{"XYA"}}},            /* ی */
    {0x06CD, {{"XXY"}}},            /* ۍ */
    {0x06D0, {{"Y"}}},              /* ې */
    {0x06D2, {{"XYB"}}},            /* ے */
    {0x06D3, {{"XBE"}}},            /* ۓ */
    {0x1E9E, {{"SS"}}},             /* ẞ */
};

static bool plain(char c, struct letter *ret)
{
    static const char letters[][2] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M",
                                      "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"};

    if (c < 'A' || c > 'Z')
        return false;
    *ret = (struct letter){{letters[c - 'A']}};
    return true;
}

static bool listed(uint32_t character, struct letter *ret)
{
    size_t low = 0, high = LENGTH(table);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (table[middle].character == character) {
            *ret = table[middle].letter;
            return true;
        }
        if (table[middle].character < character)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static enum letter_kind ascii(uint32_t c, struct letter *ret)
{
    static const char digits[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

    if (c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    if (plain((char)c, ret))
        return LETTER;
    if (c >= '0' && c <= '9') {
        *ret = (struct letter){{digits[c - '0']}};
        return LETTER;
    }
    return c == ' ' || c == '-' || c == '<' || c == '/' || c == ',' || c == '\t' ? SEPARATOR : NOTHING;
}

/* Marks that stand for themselves. */
static enum letter_kind mark(uint32_t c)
{
    switch (c) {
    case 0x0308:
        return UMLAUT;
    case 0x030A:
        return RING;
    case 0x0303:
        return TILDE;
    case 0x0651:
        return DOUBLER;
    case 0x00A0:
    case 0x2010 ... 0x2015:
    case 0x200C: /* zero-width non-joiner: between the parts of a Persian name */
        return SEPARATOR;
    case 0x00B4:
    case 0x00B7:
    case 0x02B0 ... 0x02FF: /* ayn, hamza and other modifier letters of romanisations */
    case 0x0300 ... 0x0302:
    case 0x0304 ... 0x0307:
    case 0x0309:
    case 0x030B ... 0x036F:
    case 0x042C: /* soft sign */
    case 0x044C:
    case 0x0610 ... 0x061A:
    case 0x0640: /* tatweel */
    case 0x064B ... 0x0650:
    case 0x0652 ... 0x065F:
    case 0x0670:
    case 0x200B:
    case 0x200D ... 0x200F:
    case 0x2018 ... 0x201F:
    case 0x2032:
        return NOTHING;
    default:
        return STRANGE;
    }
}

enum letter_kind letter_of(uint32_t character, struct letter *ret)
{
    if (character < 0x80)
        return ascii(character, ret);
    if (listed(character, ret))
        return LETTER;
    if (character >= 0x00C0 && character <= 0x024F && plain(latin[character - 0x00C0], ret))
        return LETTER;
    if (character >= 0x1E00 && character <= 0x1EFF && plain(latin_additional[character - 0x1E00], ret))
        return LETTER;
    return mark(character);
}
