// Ordinary text in ten scripts, and what else goes through a model, to count and to estimate.

/** The name of a script or kind, and a text of it. */
export const scripts: Readonly<Record<string, string>> = {
  Latin: `The train left at seven in the morning, and nobody on the platform knew that it would not arrive. My sister had
packed two sandwiches, a thermos of coffee and the letter from the bank, which she hadn't opened yet. "We'll read it when
we're there," she said. It's strange how quiet a compartment becomes once the city is behind you: fields, a river, 14 cows.`,
  "Latin with accents": `Größere Änderungen übernehmen wir erst nach der Prüfung. Où est-ce que l'élève a laissé ses clés?
Příliš žluťoučký kůň úpěl ďábelské ódy. El niño comió piña y soñó con mañana. Bugün hava çok güzel, dışarı çıkalım mı?`,
  Cyrillic: `Поезд ушёл в семь часов утра, и никто на платформе не знал, что он не придёт. Моя сестра взяла с собой два
бутерброда, термос кофе и письмо из банка, которое она ещё не открыла. «Прочитаем, когда приедем», — сказала она.`,
  Greek: `Το τρένο έφυγε στις επτά το πρωί και κανείς στην αποβάθρα δεν ήξερε ότι δεν θα έφτανε. Η αδελφή μου είχε ετοιμάσει
δύο σάντουιτς, ένα θερμός με καφέ και το γράμμα από την τράπεζα, που δεν το είχε ανοίξει ακόμη.`,
  Arabic: `غادر القطار في السابعة صباحا، ولم يكن أحد على الرصيف يعلم أنه لن يصل. كانت أختي قد أعدت شطيرتين وترمس قهوة
والرسالة التي وصلت من البنك ولم تفتحها بعد. قالت: سنقرؤها عندما نصل إلى هناك.`,
  Hebrew: `הרכבת יצאה בשבע בבוקר, ואיש על הרציף לא ידע שהיא לא תגיע. אחותי ארזה שני כריכים, תרמוס קפה ואת המכתב מהבנק,
שעדיין לא פתחה אותו. "נקרא אותו כשנגיע", אמרה.`,
  Devanagari: `सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा
की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए। रेलगाड़ी सुबह सात बजे चली गई।`,
  Thai: `มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม
และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ รถไฟออกเวลาเจ็ดโมงเช้า และไม่มีใครรู้ว่ามันจะไม่ถึง`,
  Han: `火车早上七点开走了，站台上没有人知道它不会到达。我姐姐带了两个三明治、一壶咖啡，还有银行寄来的那封信，她还没有拆开。
“到了再看吧，”她说。城市一旦落在身后，车厢里就变得格外安静：田野、一条河、十四头牛。人人生而自由，在尊严和权利上一律平等。`,
  Kana: `電車は朝の七時に出発しましたが、ホームにいた人は誰もそれが着かないことを知りませんでした。姉はサンドイッチを二つと
コーヒーの入った水筒、それからまだ開けていない銀行からの手紙を持っていました。「着いたら読みましょう」と彼女は言いました。`,
  Hangul: `기차는 아침 일곱 시에 떠났고, 승강장에 있던 누구도 그것이 도착하지 않으리라는 것을 몰랐다. 언니는 샌드위치 두 개와 커피
보온병, 그리고 아직 열어 보지 않은 은행 편지를 챙겼다. "도착하면 읽자"라고 언니가 말했다.`,
};

/** Other kinds of text. */
export const kinds: Readonly<Record<string, string>> = {
  code: await Bun.file(new URL("../../src/tokens/encoder.ts", import.meta.url)).text(),
  JSON: JSON.stringify(
    Array.from({ length: 30 }, (_, id) => ({
      id,
      name: `item ${id}`,
      price: id * 1.25,
      tags: ["new", "sale"],
      at: null,
    })),
    null,
    2,
  ),
  Markdown: await Bun.file(new URL("../../README.md", import.meta.url)).text(),
  numbers: Array.from({ length: 300 }, (_, index) => (index * 7919 * 104_729) % 1e9).join(", "),
  emoji: "Shipped 🚀🎉 👩‍👩‍👧 🇪🇺 ❤️ ok 👍🏽! ".repeat(20),
};

/** Makes a generator of the same numbers from 0 to 1 on every run. */
export const createRandom = (): (() => number) => {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
};

/** A text of so many characters, each picked from an alphabet. */
export const pick = (length: number, alphabet: string): string => {
  const random = createRandom();
  const signs = Array.from(alphabet);
  return Array.from({ length }, () => signs[Math.floor(random() * signs.length)] ?? "").join("");
};

export const base64Signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What is hard on tokenizers: long runs and text without words. Each gives about so many characters. */
export const bombs: Readonly<Record<string, (length: number) => string>> = {
  "the letter a": (length) => "a".repeat(length),
  "the letter A": (length) => "A".repeat(length),
  spaces: (length) => " ".repeat(length),
  "spaces before a letter": (length) => `${" ".repeat(length - 1)}x`,
  "line feeds": (length) => "\n".repeat(length),
  "spaces and line feeds": (length) => `${" \n".repeat(length / 2)}x`,
  underscores: (length) => "_".repeat(length),
  "equals signs": (length) => "=".repeat(length),
  apostrophes: (length) => "'".repeat(length),
  digits: (length) => "7".repeat(length),
  "ideographic spaces": (length) => "\u3000".repeat(length),
  "combining marks": (length) => "\u0301".repeat(length),
  "one emoji": (length) => "😀".repeat(length / 2),
  "random base64": (length) => pick(length, base64Signs),
  "random small letters": (length) => pick(length, "abcdefghijklmnopqrstuvwxyz"),
  "random capitals": (length) => pick(length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  "a and A by chance": (length) => pick(length, "aA"),
  "random Han": (length) =>
    pick(length, Array.from({ length: 3000 }, (_, index) => String.fromCodePoint(0x4e00 + index * 5)).join("")),
  "random Hangul": (length) =>
    pick(length, Array.from({ length: 2000 }, (_, index) => String.fromCodePoint(0xac00 + index * 5)).join("")),
  "a mixture": (length) => pick(length, "aA \n_=1é中😀'"),
};
