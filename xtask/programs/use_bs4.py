from bs4 import BeautifulSoup
text = "<html><head><title>T &amp; t</title></head><body><p class='a b'>one<br>two<p id=x>three<table><tr><td>1<td>2</table><ul><li>a<li>b</ul><!-- c --><script>if (a<b) {}</script></body>"
for parser in ("html.parser", "html5lib"):
    soup = BeautifulSoup(text, parser)
    print(soup.prettify())
    print(soup.title.string, soup.select("p.a, #x"), [tag.name for tag in soup.find_all(True)], soup.select_one("td:nth-of-type(2)"), soup.get_text("|", strip=True))
    soup.p["class"].append("new"); soup.find(id="x").replace_with("gone"); soup.body.insert(0, soup.new_tag("hr"))
    print(soup, soup.find("ul").find_next_sibling(), soup.select("ul > li:not(:first-child)"))
