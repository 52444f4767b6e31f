// Headers that make browsers strict: pages load nothing from elsewhere, and run nothing inline.
import helmet from "helmet";

export const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // The docs page draws its icons from data URLs. The console shows pictures before they are uploaded.
      imgSrc: ["'self'", "data:", "blob:"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Only the proxy in front knows whether there is TLS; over plain HTTP the header means nothing.
  strictTransportSecurity: false,
});
