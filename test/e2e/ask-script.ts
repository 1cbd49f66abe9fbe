/** A program that knows nothing of qlite: asks an OpenAI API each of its arguments and prints what came, a line each. It swallows every failure. */
export const askScript = `
for (const text of process.argv.slice(2)) {
  const reply = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
    method: "POST",
    headers: { authorization: "Bearer " + process.env.OPENAI_API_KEY, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o", messages: [
      ...(process.env.SYSTEM ? [{ role: "system", content: process.env.SYSTEM }] : []),
      { role: "user", content: text },
    ] }),
  });
  const body = await reply.json();
  console.log(reply.status + " " + (body.choices?.[0]?.message?.content ?? body.error?.code));
}
`;
