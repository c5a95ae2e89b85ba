import { multiValue, type NamedProperty, type PropertyType, Ptyp } from '../../mapi/index.ts';

/** The property set of what Outlook has no property for: kept beside the item, so that it is not lost. */
const keptSet = 'cf0170fe-72bf-435e-9a7e-ef62ae504e31';

/** The property in which a field is kept that a groupware has and MAPI has not. */
export const kept = (name: string, type: PropertyType = Ptyp.String): NamedProperty => ({ guid: keptSet, name, type });

/** Several texts kept in one property. */
export const keptTexts = (name: string): NamedProperty => kept(name, Ptyp.String | multiValue);
