const asked = new Map(); // view -> what is told when its drawing is here

later = (view) => {
  if (!asked.has(view)) {
    asked.set(view, fetch(`drawing?view=${encodeURIComponent(view)}`).then((answer) => answer.json()).then((values) => {
      const [item] = drawn.get(view);
      const { svg: text, ...known } = values;
      const read = text ? new DOMParser().parseFromString(text, "image/svg+xml").documentElement : null;
      Object.assign(item, known, { later: false });
      drawn.set(view, [item, read]);
    }));
  }
  return asked.get(view);
};

/** Waits for news of the map: a new page is read where this one is, what refuses the map is told. */
async function follow(known) {
  for (;;) {
    let news;
    try {
      news = await (await fetch(`news?after=${known}`)).json();
    } catch {
      news = { ended: true, refused: [], version: known };
    }
    document.querySelector("#refused").replaceChildren(...(news.ended ? [W.ended] : []),
      ...(news.refused.length ? [el("p", null, W.refused), el("ul", null, news.refused.map((text) => el("li", null, text)))] : []));
    document.querySelector("#refused").hidden = !news.ended && !news.refused.length;
    if (news.ended) return;
    if (news.version > known && !news.refused.length) {
      location.reload();
      return;
    }
    known = news.version;
  }
}
document.getElementById("main").prepend(el("div", { id: "refused", class: "note", role: "alert", hidden: true }));
follow(D.served);
