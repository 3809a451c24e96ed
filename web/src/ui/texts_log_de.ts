/** German texts about the audit log. */

export const LOG_DE = {
  log: {
    held: (size: number, before: number) =>
      before === 0
        ? `Dieser Browser kennt das Protokoll jetzt bis Eintrag ${grouped(size)}.`
        : `Dieser Browser kannte ${grouped(before)} Einträge. Das Protokoll ist daraus gewachsen.`,
    proven: (steps: number, size: number) =>
      `In diesem Browser geprüft: Der Eintrag steht in dem Protokoll mit ${grouped(size)} Einträgen (${steps} Schritte).`,
    notProven: (code: string) =>
      `Der Beweis gilt nicht (${code}). Laden Sie die Seite neu; bleibt es dabei, rufen Sie die Kanzleileitung an.`,
    lost: (known: number, count: number) =>
      `Von den ${grouped(known)} Einträgen, die dieser Browser kannte, fehlen bis zu ${grouped(count)} für immer.`,
    hidden: (count: number) =>
      `Es hat neu begonnen und verschweigt, dass dieser Browser mehr kannte: Bis zu ${grouped(count)} Einträge fehlen. (tlog.hidden)`,
    same: (older: number, newer: number) =>
      `In diesem Browser nachgerechnet: Die ${grouped(older)} Einträge von damals stehen unverändert am Anfang der heutigen ${grouped(newer)}.`,
    notAHead:
      "Er ist unvollständig, verändert oder von einem anderen Protokoll. Fügen Sie am besten die ganze E-Mail ein.",
    gone: (count: number) => `Es fehlen bis zu ${grouped(count)} Einträge.`,
    problems: {
      "tlog.lost": "Es hat nach einer Wiederherstellung neu begonnen und sagt, dass seitdem Einträge fehlen.",
      "tlog.hidden": "Es hat neu begonnen und verschweigt, dass Einträge fehlen.",
      "tlog.rollback":
        "Es hat weniger Einträge als früher: Einträge wurden entfernt, oder ein alter Stand wurde zurückgespielt.",
      "tlog.split_view": "Es zeigt bei gleich vielen Einträgen andere Einträge als früher.",
      "tlog.proof": "Es ist nicht aus dem früheren Stand gewachsen: Alte Einträge wurden verändert.",
      "tlog.origin": "Es ist ein anderes Protokoll als früher.",
      "tlog.revoked": "Sein Schlüssel wurde von einem Inhaber widerrufen.",
      "tlog.key": "Es wird mit einem anderen Schlüssel signiert als früher.",
    },
    other: "Seine Unterschrift gilt nicht.",
  },
};

function grouped(count: number): string {
  return count.toLocaleString("de-DE");
}
