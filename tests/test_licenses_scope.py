"""What a licence on a page covers: the text, or a picture, a comment, a theme, the terms, somebody else's work."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.licenses import LicenseReading, page_license

CC = "https://creativecommons.org/licenses/by/4.0/"
REL = 'rel="license"'


def lic(code: str) -> str:
    return f"https://creativecommons.org/licenses/{code}/"


def link(code: str = "by/4.0", text: str = "CC BY 4.0", rel: str = "") -> str:
    return f'<a {rel} href="{lic(code)}">{text}</a>'


def read(body: str) -> LicenseReading:
    return page_license(f"<html><body><h1>T</h1>{body}</body></html>".encode(), "https://example.org/a", {})


GRANTS = [
 ('CC-BY-4.0', f'<p>Text.</p><footer>Content is <a href="{CC}">CC BY</a></footer>'),
 ('CC-BY-4.0', f'<a rel="license" href="{CC}">licence</a><p>Text.</p>'),
 ('CC-BY-4.0', f'<article><p>Words.</p><p>This article is licensed under <a href="{CC}">CC BY 4.0</a>.</p></article>'),
 ('CC-BY-4.0', f'<footer><p>Except where otherwise noted, content on this site is licensed under a <a rel="license" href="{CC}">Creative Commons Attribution 4.0 International</a> license. Theme by Foo. Icons by Bar.</p></footer>'),
 ('CC-BY-4.0', f'<footer>Photos: all rights reserved. Text: <a href="{CC}">CC BY 4.0</a></footer>'),
 ('CC-BY-4.0', f'<div class="sidebar widget"><a rel="license" href="{CC}"><img alt="Creative Commons License" src="https://i.creativecommons.org/l/by/4.0/88x31.png"></a></div>'),
 ('CC-BY-4.0', f'<footer>Except for photos, all content is licensed under <a href="{CC}">CC BY 4.0</a></footer>'),
 ('CC-BY-4.0', f'<footer>Text and images are licensed under <a href="{CC}">CC BY 4.0</a>. Code under the <a href="https://opensource.org/licenses/MIT">MIT License</a>.</footer>'),
 ('CC-BY-4.0', f'<footer>Images and text are licensed under <a href="{CC}">CC BY 4.0</a></footer>'),
 ('CC-BY-4.0', '<footer>Code licensed under MIT License, documentation under CC BY 4.0.</footer>'),
 ('CC-BY-4.0', f'<div><p>lorem</p></div><div id="license"><a rel="license" href="{CC}"><img src="/images/cc-by.png"></a></div>'),
 ('CC-BY-4.0', f'<p>Ce contenu est mis à disposition selon les termes de la <a rel=license href="{CC}">Licence Creative Commons Attribution 4.0 International</a>.</p>'),
 ('CC-BY-4.0', f'<p>Esta obra está bajo una <a rel=license href="{CC}">Licencia Creative Commons Atribución 4.0 Internacional</a>.</p>'),
 ('CC-BY-4.0', f'<p>Dieses Werk ist lizenziert unter einer <a rel=license href="{CC}">Creative Commons Namensnennung 4.0 International Lizenz</a>.</p>'),
 ('CC-BY-4.0', '<p>本記事は <a href="https://creativecommons.org/licenses/by/4.0/deed.ja">CC BY 4.0</a>（クリエイティブ・コモンズ 表示 4.0 国際）の下でライセンスされています。</p>'),
 ('CC-BY-4.0', f'<footer>Tekst jest dostępny na licencji <a href="{CC}">Creative Commons: uznanie autorstwa</a>, z możliwością obowiązywania dodatkowych ograniczeń.</footer>'),
 ('CC-BY-4.0', f'<footer>© 2020 Jane Doe. Some rights reserved. <a href="{CC}">CC BY 4.0</a></footer>'),
 ('CC-BY-4.0', '<script type="application/ld+json">[{"@type":["WebPage","FAQPage"],"license":{"@type":"CreativeWork","url":"https://creativecommons.org/licenses/by/4.0/"}}]</script>'),
 ('CC-BY-4.0', '<script type="application/ld+json">{"@graph":[{"@type":"Article","license":{"@id":"#l"}},{"@id":"#l","@type":"CreativeWork","url":"https://creativecommons.org/licenses/by/4.0/"}]}</script>'),
 ('CC-BY-4.0', f'<div itemscope itemtype="https://schema.org/BlogPosting"><p>x</p><a itemprop="license" href="{CC}">l</a></div>'),
 ('CC-BY-4.0', f'<meta property="dc:rights" content="This text is under {CC}">'),
 ('CC-BY-4.0', '<p>SPDX-License-Identifier: CC-BY-4.0</p>'),
 ('CC-BY-4.0', '<footer>Unless otherwise noted, this site is under <a href="https://l.example/?u=https%3A%2F%2Fcreativecommons.org%2Flicenses%2Fby%2F4.0%2F">CC BY</a>.</footer>'),
 ('CC-BY-4.0', '<main><p>The end.</p><p>This is an Open Access article distributed under the terms of the Creative Commons Attribution License (http://creativecommons.org/licenses/by/4.0), which permits use.</p></main>'),
('CC-BY-SA-3.0',f'<div id="footer"><p>Alle Texte auf dieser Seite stehen unter {link("by-sa/3.0/de","CC BY-SA 3.0",REL)}. Bilder: siehe Bildnachweis.</p></div>'),
('CC-BY-NC-SA-3.0',f'<div id="sidebar"><ul><li id="text-4" class="widget widget_text"><h3>Lizenz</h3><div class="textwidget"><a rel="license" href="{lic("by-nc-sa/3.0/de")}"><img alt="Creative Commons Lizenzvertrag" src="http://i.creativecommons.org/l/by-nc-sa/3.0/de/88x31.png"></a><br>Dieser Blog steht unter einer {link("by-nc-sa/3.0/de","Creative Commons Lizenz",REL)}.</div></li></ul></div>'),
('CC-BY-SA-3.0',f'<div class="docInfo"></div><div class="license">Except where otherwise noted, content on this wiki is licensed under the following license: <bdi>{link("by-sa/3.0","CC Attribution-Share Alike 3.0 Unported",REL)}</bdi></div>'),
('CC-BY-SA-3.0',f'<div class="dokuwiki"><div class="license">Falls nicht anders bezeichnet, ist der Inhalt dieses Wikis unter der folgenden Lizenz veröffentlicht: {link("by-sa/3.0/","CC Attribution-Share Alike 3.0 Unported",REL)}</div></div>'),
('CC-BY-SA-3.0',f'<div id="footer"><ul id="f-list"><li id="copyright">Der Inhalt ist verfügbar unter der Lizenz {link("by-sa/3.0/","Creative Commons Attribution/Share Alike")}, sofern nicht anders angegeben.</li></ul></div>'),
('CC-BY-SA-3.0',f'<footer><ul><li id="footer-info-copyright">Le contenu est disponible sous licence {link("by-sa/3.0/","Creative Commons attribution, partage dans les mêmes conditions")} sauf mention contraire.</li></ul></footer>'),
('CC-BY-SA-3.0',f'<footer><li>Содержание доступно по лицензии {link("by-sa/3.0/","Creative Commons Attribution-ShareAlike 3.0")} (если не указано иное).</li></footer>'),
('CC-BY-SA-3.0',f'<div id="license-text"><p>Unless otherwise stated, the content of this page is licensed under {link("by-sa/3.0/","Creative Commons Attribution-ShareAlike 3.0 License",REL)}</p></div>'),
('CC-BY-SA-3.0',f'<footer><p>Community content is available under {link("by-sa/3.0/","CC-BY-SA")} unless otherwise noted.</p></footer>'),
('CC-BY-NC-ND-4.0',f'<div class="entry-content"><p>Text text.</p><p><em>Dieser Artikel steht unter einer Creative Commons-Lizenz {link("by-nc-nd/4.0","CC BY-NC-ND 4.0")}.</em></p></div>'),
('CC-BY-4.0',f'<article><p>x</p><hr><p><small>Dieser Text ist lizenziert unter {link(text="CC BY 4.0")}</small></p></article>'),
('CC-BY-4.0',f'<article><p>x</p><footer class="entry-footer"><a href="{CC}"><img src="/wp-content/cc-by.svg" alt="CC BY 4.0"></a></footer></article>'),
('CC-BY-4.0',f'<p>© 2014-2020 Jane. <span xmlns:dct="http://purl.org/dc/terms/" href="http://purl.org/dc/dcmitype/Text" property="dct:title" rel="dct:type">My blog</span> by <a xmlns:cc="http://creativecommons.org/ns#" href="https://jane.example" property="cc:attributionName" rel="cc:attributionURL">Jane</a> is licensed under a {link("by/4.0","Creative Commons Attribution 4.0 International License",REL)}.<br/>Based on a work at <a xmlns:dct="http://purl.org/dc/terms/" href="https://jane.example" rel="dct:source">https://jane.example</a>.</p>'),
('CC-BY-4.0',f'<p xmlns:cc="http://creativecommons.org/ns#"><a property="dct:title" rel="cc:attributionURL" href="https://x">Notes</a> by <span property="cc:attributionName">J</span> is licensed under <a href="{CC}?ref=chooser-v1" target="_blank" rel="license noopener noreferrer" style="display:inline-block;">CC BY 4.0<img style="height:22px!important" src="https://mirrors.creativecommons.org/presskit/icons/cc.svg?ref=chooser-v1" alt=""></a></p>'),
('CC-BY-NC-SA-4.0',f'<div class="post-copyright"><ul><li><strong>本文作者：</strong>Foo</li><li><strong>版权声明：</strong>本博客所有文章除特别声明外，均采用 <a href="{lic("by-nc-sa/4.0")}deed.zh">CC BY-NC-SA 4.0</a> 许可协议。转载请注明出处！</li></ul></div>'),
('CC-BY-NC-4.0',f'<footer><div>© 2023 蛋黄</div><div>Licensed under {link("by-nc/4.0","CC BY-NC 4.0")}</div><div>Powered by Hugo, Theme Stack</div></footer>'),
('CC-BY-4.0',f'<footer class="site-footer"><div class="copyright">© 2023 Foo. <span data-toggle="tooltip" title="Except where otherwise noted, the blog posts on this site are licensed under the Creative Commons Attribution 4.0 International (CC BY 4.0) License by the author.">Some rights reserved.</span> {link(text="CC BY 4.0")}</div><div>Using the Chirpy theme for Jekyll.</div></footer>'),
('CC-BY-SA-4.0',f'<footer><p>Powered by WordPress | Theme: Foo by Bar | {link("by-sa/4.0","CC BY-SA 4.0")}</p></footer>'),
('CC0-1.0','<footer><p>To the extent possible under law, <a href="x">Jane</a> has waived all copyright and related or neighboring rights to <span>this work</span>. <a rel="license" href="http://creativecommons.org/publicdomain/zero/1.0/"><img src="http://i.creativecommons.org/p/zero/1.0/88x31.png" alt="CC0"></a></p></footer>'),
('CC-BY-2.5','<footer>Este blog está bajo una <a rel="license" href="http://creativecommons.org/licenses/by/2.5/es/">licencia de Creative Commons</a>.</footer>'),
('CC-BY-NC-ND-2.0','<div id="sidebar"><p><a href="http://creativecommons.org/licenses/by-nc-nd/2.0/fr/"><img src="http://creativecommons.org/images/public/somerights20.gif" alt="Creative Commons License"></a></p></div>'),
('CC-BY-NC-3.0',f'<div id="foot">Die Inhalte dieser Seite dürfen unter {link("by-nc/3.0/de","CC-BY-NC")} verwendet werden</div>'),
('OGL-UK-3.0','<footer><p>All content is available under the <a rel="license" href="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/">Open Government Licence v3.0</a>, except where otherwise stated</p><a>© Crown copyright</a></footer>'),
('etalab-2.0','<footer><p>Sauf mention contraire, tous les contenus de ce site sont sous <a href="https://github.com/etalab/licence-ouverte/blob/master/LO.md">licence etalab-2.0</a></p></footer>'),
('MIT','<footer><p>Released under the MIT License.</p><p>Copyright © 2019-present Evan You</p></footer>'),
('CC-BY-4.0',f'<div class="td-footer">© 2024 The Authors | Documentation Distributed under {link(text="CC BY 4.0")}</div>'),
('CC-BY-3.0',f'<td class="footer">Die Texte dieser Website sind, soweit nicht anders vermerkt, lizenziert unter {link("by/3.0/at","CC-BY 3.0 AT")} | Fotos: © Max</td>'),
]  # fmt: skip
NO_GRANTS = [
 f'<article><figure><img><figcaption>Photo: A, <a rel="license" href="{CC}">CC BY</a></figcaption></figure></article>',
 f'<article><p>Creative Commons explains <a href="{CC}">its licence</a> at length.</p></article>',
 f'<div id="comments"><p>I put this text under <a rel="license" href="{CC}">CC BY</a></p></div>',
 f'<aside class="widget">Icons by B, <a href="{CC}">CC BY</a></aside>',
 f'<p>These terms are licensed under <a href="{CC}">CC BY</a>.</p>',
 f'<footer>Our Terms of Service are available under a <a rel=license href="{CC}">Creative Commons</a> license.</footer>',
 f'<footer>Images on this site are licensed under <a rel=license href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>The photos in this article are <a rel=license href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>Theme by Foo, licensed under <a rel=license href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>Icons made by Freepik from flaticon is licensed by <a href="{CC}">CC 3.0 BY</a></footer>',
 f'<footer>Site design by X, <a href="{CC}">CC BY 4.0</a></footer>',
 f'<p>Wikipedia\'s text is licensed under <a href="{CC}">CC BY 4.0</a>.</p>',
 f'<article><p>All content on Flickr is licensed under <a href="{CC}">CC BY 4.0</a>.</p></article>',
 f'<article><p>For example, add “This work is licensed under a <a href="{CC}">Creative Commons Attribution 4.0 License</a>” to your page.</p></article>',
 f'<article><blockquote>This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a></blockquote></article>',
 '<article><pre>This work is licensed under CC BY 4.0</pre></article>',
 f'<footer>This site is not licensed under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>This site is no longer available under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>This site was licensed under <a href="{CC}">CC BY 4.0</a> until 2015</footer>',
 f'<footer>By posting you agree to license your contributions under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<p>This article uses material from the Wikipedia article Foo, which is released under the <a href="{CC}">CC BY 4.0</a>.</p>',
 f'<footer>© 2020 X. All rights reserved. <a rel=license href="{CC}"><img src="https://i.creativecommons.org/l/by/4.0/88x31.png"></a></footer>',
 f'<p>This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a></p><footer>This site is under <a href="https://creativecommons.org/licenses/by-nc/4.0/">CC BY-NC 4.0</a></footer>',
 '<p>This work is licensed under CC BY.</p>',
 f'<footer>Data is available under <a href="{CC}">CC BY 4.0</a></footer>',
 '<footer>Metadata: <a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a></footer>',
 f'<template><p>This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a></p></template>',
 f'<!-- This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a> -->',
 f'<p style="display:none">This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a></p>',
 f'<div class="leaflet-control-attribution">Map data © OSM, <a href="{CC}">CC BY</a></div>',
 '<script type="application/ld+json">{"@type":"Article","image":{"@type":"ImageObject","license":"' + CC + '"}}</script>',
 '<script type="application/ld+json">{"@type":"Dataset","license":"' + CC + '"}</script>',
 '<script type="application/ld+json">[{"@type":"Article","url":"https://example.org/x","license":"' + CC + '"},{"@type":"Article","url":"https://example.org/y","license":"' + CC + '"}]</script>',
 '<script type="application/ld+json">{"@type":"Article","license":"https://example.com/terms"}</script><footer>Content is CC BY 4.0</footer>',
 f'<div itemscope itemtype="https://schema.org/ImageObject"><img><a itemprop="license" href="{CC}">l</a></div>',
 f'<p><img src="/a.jpg"><br><a rel="license" href="{CC}">CC BY 4.0</a></p>',
 f'<article><p>text</p><p><a href="https://www.flickr.com/photos/x/1">Title</a> by Jane, <a href="{CC}">CC BY 2.0</a></p></article>',
 f'<article class="card"><h2>A</h2><p>This work is licensed under <a rel=license href="{CC}">CC BY 4.0</a></p></article><article><h2>B</h2><p>{"long text "*60}</p></article>',
 f'<div about="https://example.org/p.jpg"><a rel="license" href="{CC}">CC BY 4.0</a></div>',
 f'<article><p>You can license your work under <a href="{CC}">CC BY 4.0</a>.</p></article>',
 f'<footer>This Code of Conduct is licensed under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>This site contains material from FAO under <a href="{CC}">CC BY 4.0</a></footer>',
 '<article><p>Most of his books are in the public domain.</p></article>',
 f'<footer>Comments are licensed under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>This website’s icons are licensed under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>On this site, icons are licensed under <a href="{CC}">CC BY 4.0</a></footer>',
 f'<footer>This work is licensed under <a href="{CC}">CC BY-NC-SA 4.0</a></footer>',
f'<div class="entry"><p><a href="https://www.flickr.com/photos/a/1"><img src="a.jpg"></a><br><small>Foto: <a href="https://flickr.com/a">Anna</a>, Lizenz: {link("by/2.0","CC BY 2.0",REL)}</small></p></div>',
f'<div class="entry"><p>Bild: Max Muster / {link("by-sa/2.0","CC BY-SA 2.0")}</p></div><footer>© 2020 Verlag</footer>',
f'<div class="entry"><p>Beitragsbild: „Haus“ von Anna, {link("by-sa/2.0","CC BY-SA 2.0",REL)}</p></div>',
f'<p class="wp-caption-text">{link("by-sa/2.0","CC BY-SA 2.0",REL)} by Anna</p>',
f'<footer>Header image by Jane, {link("by-sa/2.0","CC BY-SA 2.0",REL)}</footer>',
f'<footer>Background photo: Foo ({link("by-sa/2.0","CC BY-SA 2.0")})</footer>',
f'<footer><p>Icons von <a>Foo</a> unter {link("by/3.0","CC BY 3.0")}.</p></footer>',
f'<footer>Mit Material der Wikipedia, {link("by-sa/3.0","CC BY-SA 3.0")}</footer>',
f'<div class="entry"><p>Quelle: Wikipedia, Lizenz {link("by-sa/3.0","CC BY-SA 3.0")}</p></div>',
f'<article><p>Der Text ist unter der Lizenz „Creative Commons Attribution/Share Alike“ verfügbar; Wikipedia nutzt {link("by-sa/3.0","CC BY-SA 3.0")}.</p></article>',
f'<main><h1>What is CC BY?</h1><p>CC BY 4.0 lets others distribute and build upon your work.</p><ul><li><a href="{CC}">CC BY 4.0</a></li><li><a href="{lic("by-sa/4.0")}">CC BY-SA 4.0</a></li></ul></main>',
f'<ul class="results"><li class="result"><h3>Photo A</h3><a href="{CC}">CC BY 4.0</a></li><li class="result"><h3>Paper B</h3><a href="{CC}">CC BY 4.0</a></li></ul>',
'<div class="results">'+''.join(f'<div class="result"><h3>Paper {i}</h3><p class="license"><a rel="license" href="{CC}">CC BY 4.0</a></p></div>' for i in range(6))+'</div>',
f'<footer>This plugin is licensed under {link(text="CC BY 4.0",rel=REL)}</footer>',
f'<footer>Privacy policy based on Automattic\'s, {link("by-sa/4.0","CC BY-SA 4.0")}</footer>',
f'<main><h1>Privacy Policy</h1><p>This privacy policy is available under {link("by-sa/4.0","CC BY-SA 4.0",REL)}</p></main>',
f'<div id="comments"><ol class="commentlist"><li class="comment"><p>All content on this site is licensed under {link(rel=REL)}</p></li></ol></div>',
'<div class="comment-body"><p>SPDX-License-Identifier: CC-BY-4.0</p></div>',
f'<aside class="widget"><iframe><p>All content of this site: {link(rel=REL)}</p></iframe></aside>',
f'<aside class="widget"><h3>Podcast</h3><p>Musik von Foo, {link("by/3.0","CC BY 3.0",REL)}</p></aside>',
f'<footer>Video footage is licensed under {link("by/3.0","CC BY 3.0",REL)}</footer>',
f'<article><p>Our dataset is released under {link(text="CC BY 4.0")}.</p></article>',
f'<footer><p>Alle Rechte vorbehalten. {link(rel=REL)}</p></footer>',
'<article><p>Code samples in this article are licensed under the <a href="https://www.apache.org/licenses/LICENSE-2.0">Apache 2.0 License</a>.</p></article>',
'<div class="g"><p>Font made by Freepik is licensed by <a href="http://creativecommons.org/licenses/by/3.0/" title="Creative Commons BY 3.0">CC 3.0 BY</a></p></div>',
'<article><p>Title image: CC0 Public Domain via Pixabay</p></article>',
'<article><p>Bild: <a href="https://creativecommons.org/publicdomain/zero/1.0/deed.de" rel="license">CC0 1.0</a>, <a href="https://pixabay.com/x">Pixabay</a></p></article>',
f'<footer>Unless you agree otherwise, your contributions are licensed under {link()}.</footer>',
f'<p>All rights reserved.</p><p>I used to license my posts under {link(rel=REL)}.</p>',
f'<article><figure><img src="x.jpg"></figure><p class="img-credit">Jane Doe / {link(rel=REL)}</p></article>',
f'<article><p>The report is available under a {link(text="Creative Commons Attribution 4.0")} licence.</p></article>',
f'<article><p>Photograph by Jane. This image is licensed under {link(rel=REL)}. All text © Author.</p></article>',
f'<div><a href="/photo.html"><img src="photo.jpg"></a></div><div>{link("by-nc/2.0","Some rights reserved",REL)} by <a href="https://flickr.com/photos/u">u</a></div>',
]  # fmt: skip


@pytest.mark.parametrize(("spdx", "body"), GRANTS)
def test_a_licence_of_the_text_is_found(spdx: str, body: str) -> None:
    reading = read(body)
    assert (reading.spdx, reading.confident) == (spdx, True), reading.evidence


@pytest.mark.parametrize("body", NO_GRANTS)
def test_what_is_no_licence_of_the_text_or_disputed_grants_nothing(body: str) -> None:
    reading = read(body)
    assert not (reading.spdx and reading.confident), reading.evidence


@given(st.sampled_from([body for _, body in GRANTS] + NO_GRANTS), st.booleans())
@settings(max_examples=120, deadline=None)
def test_an_unrelated_paragraph_changes_nothing(body: str, before: bool) -> None:
    paragraph = "<p>It rained all day, and the trains to the coast were late again.</p>"
    with_it = read(paragraph + body if before else body + paragraph)
    assert (with_it.spdx, with_it.confident) == (read(body).spdx, read(body).confident)


@given(st.sampled_from([body for _, body in GRANTS]))
@settings(max_examples=60, deadline=None)
def test_a_comment_never_grants(body: str) -> None:
    reading = read(
        f'<p>Words.</p><div id="comments"><ol class="commentlist"><li class="comment">{body}</li></ol></div>'
    )
    claims = [
        c for c in reading.evidence if c.rule not in ("json-ld", "meta", "reserved")
    ]  # machine-readable: of the page
    assert all(c.scope not in ("article", "site") for c in claims), claims
