/* The page /docs lists the services; /docs/SERVICE shows the document that the service itself publishes. Nothing is fetched from elsewhere. */
"use strict";

const SERVICES = ["cases", "travel", "diaspora", "notifications", "identity"];
const shown = location.pathname.split("/")[2];

function link(service, text) {
  const a = document.createElement("a");
  a.href = `/docs/${service}`;
  a.textContent = text;
  return a;
}

for (const service of SERVICES) {
  const a = link(service, service);
  if (service === shown) a.setAttribute("aria-current", "page");
  document.getElementById("services").append(a);
}

async function overview() {
  const list = document.createElement("ul");
  document.getElementById("reference").replaceChildren(list);
  for (const service of SERVICES) {
    const info = (await (await fetch(`/${service}/v1/openapi.json`)).json()).info;
    const item = document.createElement("li");
    item.append(link(service, info.title), ` ${info.version}. ${info.summary}`);
    list.append(item);
  }
}

if (shown) {
  document.title = `Wayfare: ${shown}`;
  window.ui = SwaggerUIBundle({
    url: `/${shown}/v1/openapi.json`,
    dom_id: "#reference",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    validatorUrl: null, // its default sends the document to a host outside
    queryConfigEnabled: false, // no document from elsewhere by a link
    syntaxHighlight: false,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
} else {
  overview();
}
