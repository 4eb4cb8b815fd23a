#include "catalog/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.h"

namespace lanspread::catalog {

constexpr std::size_t plenty = 1000;

TEST(CatalogText, makes_lines_of_br_and_paragraphs)
{
    EXPECT_EQ(lines_of("one<br>two<BR/>three<br />four<p>five</p>six", plenty),
              "one\ntwo\nthree\nfour\n\nfive\n\nsix");
}

TEST(CatalogText, drops_other_tags_and_comments_and_keeps_what_is_no_tag)
{
    EXPECT_EQ(
        lines_of("<b>bold</b> <a href=\"http://x/?a=1&b=2\">link</a><!-- secret > --> a < b <3 x<1", plenty),
        "bold link a < b <3 x<1");
}

TEST(CatalogText, makes_a_list_readable)
{
    EXPECT_EQ(lines_of("Keys:<ul><li>W</li><li>S</li></ul>", plenty), "Keys:\n\n- W\n- S");
}

TEST(CatalogText, knows_entities_by_name_and_by_number)
{
    EXPECT_EQ(lines_of("Tom &amp; Jerry &uuml;ber &#252; &#xFC; &#150; &lt;br&gt; &unknown; & &;", plenty),
              "Tom & Jerry über ü ü – <br> &unknown; & &;");
}

TEST(CatalogText, lets_no_control_character_in_by_an_entity)
{
    EXPECT_EQ(lines_of("a&#27;[31mb&#0;c&#x202E;d&#xD800;&#x110000;", plenty), "a[31mbcd&#xD800;&#x110000;");
}

TEST(CatalogText, reads_windows_1252_where_it_is_no_utf_8)
{
    EXPECT_EQ(line_of("Gr\xF6\xDF"
                      "e \x84nur\x93 10 \x80",
                      plenty),
              "Größe „nur“ 10 €");
    EXPECT_EQ(line_of("Größe", plenty), "Größe");
}

TEST(CatalogText, keeps_line_ends_of_every_kind_and_no_more_than_one_empty_line)
{
    EXPECT_EQ(lines_of("a\r\nb\rc\nd \n\n\n\n  e\tf\n\n", plenty), "a\nb\nc\nd\n\ne\tf");
}

TEST(CatalogText, puts_a_title_on_one_line)
{
    EXPECT_EQ(line_of("  Age of\r\n Empires<br>II\t&nbsp;(HD)\x1b ", plenty), "Age of Empires II (HD)");
}

TEST(CatalogText, cuts_between_characters)
{
    EXPECT_EQ(line_of("aäbä", 5), "aäb");
    EXPECT_EQ(lines_of("aä", 2), "a");
}

RC_GTEST_PROP(CatalogText, is_short_clean_utf8_whatever_came_in, (const std::string& raw))
{
    const auto max_size = *rc::gen::inRange<std::size_t>(0, 200);
    const auto line = line_of(raw, max_size);
    const auto lines = lines_of(raw, max_size);
    RC_ASSERT(is_utf8(line) && is_utf8(lines));
    RC_ASSERT(line.size() <= max_size && lines.size() <= max_size);
    RC_ASSERT(!has_control_characters(line));
}

}  // namespace lanspread::catalog
