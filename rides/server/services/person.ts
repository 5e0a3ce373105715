import { type Person, validateName } from "../../domain/person.ts";
import type { PersonRegistry } from "../../storage/storage.ts";
import { type MaritalStatus, personDefinition, type PersonName } from "../../wire/person.ts";
import type { Service } from "./service.ts";

/** The service `AsillaService` over a registry. */
export function personService(registry: PersonRegistry) {
  const find = (name: string): Promise<Person> => {
    validateName(name);
    return registry.findOrRegister(name);
  };
  return {
    definition: personDefinition,
    handlers: {
      /** Answers the person of that name. */
      getInfor: ({ request }: { request: PersonName }): Promise<Person> => find(request.name),

      /** Answers what `getInfor` says. */
      async checkMarried({ request }: { request: PersonName }): Promise<MaritalStatus> {
        const { married } = await find(request.name);
        return { married };
      },
    },
  } satisfies Service;
}
